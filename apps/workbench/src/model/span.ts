/**
 * One attribute value with the type it was sent with. `int` is a 64-bit signed integer, `double` may be NaN or ±Infinity, `empty` is a
 * value that was left unset.
 */
export type AnyValue =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'bytes'; readonly value: Uint8Array }
  | { readonly type: 'array'; readonly value: readonly AnyValue[] }
  | { readonly type: 'kvlist'; readonly value: readonly KeyValue[] }
  | { readonly type: 'empty'; readonly value: null }

/** One attribute; order and duplicates are those of the sender. */
export type KeyValue = { readonly key: string; readonly value: AnyValue }

/** What produced telemetry. */
export type Resource = {
  readonly attributes: readonly KeyValue[]
  readonly droppedAttributesCount: number
  readonly entityRefs: readonly EntityRef[]
}

/** Names the resource attributes that identify and describe an entity. */
export type EntityRef = {
  readonly schemaUrl: string
  readonly type: string
  readonly idKeys: readonly string[]
  readonly descriptionKeys: readonly string[]
}

/** The library whose tracer made a span. */
export type Scope = {
  readonly name: string
  readonly version: string
  readonly attributes: readonly KeyValue[]
  readonly droppedAttributesCount: number
}

/** Something that happened at one moment of a span. */
export type SpanEvent = {
  /** Nanoseconds since the Unix epoch. */
  readonly timeUnixNano: bigint
  readonly name: string
  readonly attributes: readonly KeyValue[]
  readonly droppedAttributesCount: number
}

/** A pointer to another span, as held by a span. */
export type SpanLink = {
  /** 32 lowercase hex digits if `hasValidIds`; otherwise what was sent. */
  readonly traceId: string
  /** 16 lowercase hex digits if `hasValidIds`; otherwise what was sent. */
  readonly spanId: string
  readonly hasValidIds: boolean
  readonly traceState: string
  readonly attributes: readonly KeyValue[]
  readonly droppedAttributesCount: number
  /** Of the linked span's context; see {@link Span.flags}. */
  readonly flags: number
}

/** A span with every field OTLP has for it. Times are nanoseconds since the Unix epoch, 0 … 2^64−1. */
export type Span = {
  /** 32 lowercase hex digits, not all zero. */
  readonly traceId: string
  /** 16 lowercase hex digits, not all zero. */
  readonly spanId: string
  readonly traceState: string
  /** Empty for a root; otherwise as sent, which need not be an id. */
  readonly parentSpanId: string
  /** Bits 0–7 are W3C trace flags, bit 8 "is_remote is known", bit 9 "the parent is remote". */
  readonly flags: number
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: bigint
  readonly endTimeUnixNano: bigint
  readonly attributes: readonly KeyValue[]
  readonly droppedAttributesCount: number
  readonly events: readonly SpanEvent[]
  readonly droppedEventsCount: number
  readonly links: readonly SpanLink[]
  readonly droppedLinksCount: number
  readonly status: { readonly message: string; readonly code: number }
}
