import { TraceFlags } from '@opentelemetry/api'

export type SpanKindName = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer'

export type StatusCodeName = 'unset' | 'ok' | 'error'

/**
 * Attributes by key: strings, booleans, numbers (`bigint` beyond 2^53), bytes, `null`, and arrays and objects
 * of them.
 */
export type PlainAttributes = Readonly<Record<string, unknown>>

/** A span as plain data, wherever it came from: what traces are compared and drawn by. */
export interface SpanRecord {
  readonly traceId: string
  readonly spanId: string
  /** `undefined` for a root. */
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly kind: SpanKindName
  readonly serviceName: string
  readonly scope: { readonly name: string }
  readonly attributes: PlainAttributes
  readonly status: { readonly code: StatusCodeName; readonly message: string }
  readonly events: readonly EventRecord[]
  readonly links: readonly LinkRecord[]
  readonly startTimeUnixNano: bigint
  readonly endTimeUnixNano: bigint
}

export interface EventRecord {
  readonly name: string
  readonly attributes: PlainAttributes
}

/** A link to a span, whether or not that span was recorded too. */
export interface LinkRecord {
  readonly traceId: string
  readonly spanId: string
  readonly traceState: string
  /** W3C trace flags in bits 0–7, OTLP's "is remote is known" and "is remote" in bits 8 and 9. */
  readonly flags: number
  readonly attributes: PlainAttributes
}

/** Whether the linked span was sampled, as its context said when the link was made. */
export function isSampled({ flags }: LinkRecord): boolean {
  return (flags & TraceFlags.SAMPLED) !== 0
}
