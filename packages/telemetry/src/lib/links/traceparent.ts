import { type SpanContext, TraceFlags } from '@opentelemetry/api'

/** Length of a version 00 `traceparent`, and of the part of a later version that this version understands. */
const LENGTH = 55

/** A comma tells of two values that somebody joined into one (RFC 9110 section 5.5): the first is no better than the second. */
const FORMAT = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-[^,]*)?$/s

/**
 * The W3C trace flag by which whoever started a trace says that the last 56 bits of its id are random.
 *
 * Source: W3C Trace Context level 2, section "Random Trace ID Flag".
 */
export const RANDOM_FLAG = 0x02

/** The flags that level 2 defines. */
const DEFINED_FLAGS = TraceFlags.SAMPLED | RANDOM_FLAG

/**
 * The remote span context that a `traceparent` value names, or `undefined` if the value is invalid.
 *
 * Strict: lower-case hexadecimal, no whitespace, no all-zero ids, not version ff; nothing may follow a
 * version 00 value. Of a later version only what level 2 defines is read, and its further fields must begin
 * with a dash. All eight flag bits of version 00 are kept: a link tells what was received.
 *
 * Source: W3C Trace Context level 2, sections "traceparent Header Field Values" and "Versioning of
 * traceparent".
 */
export function parseTraceparent(value: string): SpanContext | undefined {
  const match = FORMAT.exec(value)
  if (match === null) return undefined
  const [, version, traceId, spanId, hexFlags] = match
  if (traceId === undefined || spanId === undefined || hexFlags === undefined) return undefined
  const flags = Number.parseInt(hexFlags, 16)
  if (version !== '00') return { traceId, spanId, traceFlags: flags & DEFINED_FLAGS, isRemote: true }
  return value.length === LENGTH ? { traceId, spanId, traceFlags: flags, isRemote: true } : undefined
}

/**
 * The version 00 `traceparent` value of a valid span context. Flags that level 2 does not define are sent as zero
 * ("Other Flags"), and ids that an application made in capitals in lower case.
 */
export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & DEFINED_FLAGS}`.toLowerCase()
}
