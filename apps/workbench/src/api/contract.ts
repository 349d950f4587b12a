/**
 * The shapes of the workbench's HTTP API. Types only: this file is the sole bridge to the browser.
 *
 * Throughout: ids are lowercase hex; times named `…UnixNano` and durations named `…Nano` are decimal strings of
 * nanoseconds, because JavaScript's numbers cannot hold them; counts are numbers; what is not there is `null`.
 */

/** Any error answer: RFC 9457, `application/problem+json`. `code` is stable, `detail` is for people. */
export type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
}

export type SpanKind = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer'
export type StatusCode = 'unset' | 'ok' | 'error'

/**
 * An attribute value for reading. An int beyond ±2^53 is a decimal string, a double that JSON lacks is `"NaN"`, `"Infinity"` or
 * `"-Infinity"`, bytes are base64. Where the difference matters, {@link SpanDetail} has {@link TypedAttribute}s.
 */
export type AttributeValue =
  | string
  | number
  | boolean
  | null
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue }

/** Attributes by key; of a key that was sent twice, the last. */
export type Attributes = { readonly [key: string]: AttributeValue }

/** A value with the type it was sent with; `array` and `kvlist` hold typed values in turn. */
export type TypedValue =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bool'; readonly value: boolean }
  /** 64-bit signed, as a decimal string. */
  | { readonly type: 'int'; readonly value: string }
  | { readonly type: 'double'; readonly value: number | 'NaN' | 'Infinity' | '-Infinity' }
  /** Base64. */
  | { readonly type: 'bytes'; readonly value: string }
  | { readonly type: 'array'; readonly value: readonly TypedValue[] }
  | { readonly type: 'kvlist'; readonly value: readonly TypedAttribute[] }
  | { readonly type: 'empty'; readonly value: null }

/** One attribute exactly as sent; order and duplicates are kept. */
export type TypedAttribute = { readonly key: string } & TypedValue

/** The two ids that name a span. */
export type SpanRef = { readonly traceId: string; readonly spanId: string }

/** What a link points at, as far as the workbench knows today. */
export type LinkTarget =
  /** It is here. */
  | ({ readonly state: 'resolved' } & SpanSummary)
  /** It is here, in the trace that holds the link. */
  | ({ readonly state: 'same_trace' } & SpanSummary)
  /** The span links to itself. */
  | { readonly state: 'self' }
  /** Nothing of its trace has been received (yet). */
  | { readonly state: 'not_arrived' }
  /** Other spans of its trace are here, this one is not (yet). */
  | { readonly state: 'span_missing' }
  /** Its trace was here and had to go, to keep within the bounds of the store. */
  | { readonly state: 'evicted'; readonly evictedAtUnixNano: string }
  /** Its trace was here and was deleted by a user. */
  | { readonly state: 'deleted'; readonly deletedAtUnixNano: string }
  /** The link's flags say that the target was not sampled, and it is not here. */
  | { readonly state: 'not_sampled' }
  /** An id of wrong length or all zero. */
  | { readonly state: 'invalid' }

/** Enough of a span to name it. */
export type SpanSummary = {
  readonly serviceName: string
  readonly name: string
  readonly kind: SpanKind
  readonly startTimeUnixNano: string
  readonly durationNano: string
  readonly status: StatusCode
}

/** W3C trace flags of a link or span and what OTLP adds to them. */
export type TraceFlags = {
  /** All 32 bits as sent. */
  readonly value: number
  readonly sampled: boolean
  /** W3C Trace Context level 2: the trace id is random. */
  readonly random: boolean
  /** Whether the context came from another process; `null` when the sender did not say. */
  readonly remote: boolean | null
}

/** A link as held by a span. Its identity is the holder's ids and `position`. */
export type Link = SpanRef & {
  /** Place among the holder's links, from 0. */
  readonly position: number
  /** `linked_traces.relation`: what the linked span is to the span that holds the link. */
  readonly relation: string | null
  readonly attributes: Attributes
  readonly droppedAttributesCount: number
  readonly traceState: string
  readonly flags: TraceFlags
  readonly target: LinkTarget
}

/** The same from the other end: a span somewhere that holds a link to this one. */
export type IncomingLink = {
  /** The span that holds the link. */
  readonly source: SpanRef & SpanSummary
  readonly position: number
  readonly relation: string | null
}

export type SpanEvent = {
  readonly timeUnixNano: string
  readonly name: string
  readonly attributes: Attributes
  readonly droppedAttributesCount: number
}

/** One span of a {@link Trace}. */
export type Span = SpanRef & {
  /** `null` for a root. */
  readonly parentSpanId: string | null
  readonly name: string
  readonly kind: SpanKind
  readonly serviceName: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  /** End minus start; negative when a clock was set back between the two. */
  readonly durationNano: string
  readonly status: { readonly code: StatusCode; readonly message: string }
  readonly traceState: string
  readonly flags: TraceFlags
  readonly scope: { readonly name: string; readonly version: string }
  /** Index into {@link Trace.resources}. */
  readonly resource: number
  readonly attributes: Attributes
  readonly events: readonly SpanEvent[]
  /** Links this span holds, in the order sent. */
  readonly links: readonly Link[]
  /** Links other spans (or itself) hold to this one, newest first, at most 100. */
  readonly linkedFrom: readonly IncomingLink[]
  /** How many there are, however many are listed. */
  readonly linkedFromCount: number
  readonly droppedAttributesCount: number
  readonly droppedEventsCount: number
  readonly droppedLinksCount: number
}

/** `GET /api/traces/{traceId}` */
export type Trace = {
  readonly traceId: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly durationNano: string
  readonly spanCount: number
  readonly errorCount: number
  /** Attributes of the resources that produced the spans; see {@link Span.resource}. */
  readonly resources: readonly Attributes[]
  /** Ordered by start time, then span id. At most 20,000; `spanCount` tells whether there are more. */
  readonly spans: readonly Span[]
}
