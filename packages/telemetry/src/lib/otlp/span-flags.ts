import type { SpanContext } from '@opentelemetry/api'

/** Bits of a span's and a link's flags (trace.proto, `SpanFlags`): it is known whether a context is remote, and it is. */
const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200

/** Flags of a span, whose origin is its parent, or of a link, whose origin is what it leads to. */
export function spanFlags({ traceFlags }: SpanContext, origin: SpanContext | undefined): number {
  return (traceFlags & 0xff) | HAS_IS_REMOTE | (origin?.isRemote ? IS_REMOTE : 0)
}
