import type { KeyValue } from './any-value.ts'

/**
 * A decoded trace export. Every field of the protocol has its place; a field left out by the sender has proto3's default.
 *
 * Times are nanoseconds since the Unix epoch (0 … 2^64−1), counts are 0 … 2^32−1, ids are lowercase hex.
 * Source: opentelemetry/proto/collector/trace/v1/trace_service.proto and what it imports (OTLP 1.11).
 */
export type ExportTraceServiceRequest = { readonly resourceSpans: readonly ResourceSpans[] }

/** The spans of one resource; `schemaUrl` speaks of `resource`. */
export type ResourceSpans = {
  readonly resource: Resource
  readonly scopeSpans: readonly ScopeSpans[]
  readonly schemaUrl: string
}

/** What produced the telemetry. */
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

/** The spans of one instrumentation scope; `schemaUrl` speaks of the scope and its spans. */
export type ScopeSpans = {
  readonly scope: InstrumentationScope
  readonly spans: readonly Span[]
  readonly schemaUrl: string
}

/** The library or module whose tracer made the spans. */
export type InstrumentationScope = {
  readonly name: string
  readonly version: string
  readonly attributes: readonly KeyValue[]
  readonly droppedAttributesCount: number
}

/** One span. Its own ids are always valid: a span without valid ids never leaves the decoder. */
export type Span = {
  /** 32 lowercase hex digits, not all zero. */
  readonly traceId: string
  /** 16 lowercase hex digits, not all zero. */
  readonly spanId: string
  /** W3C tracestate header format. */
  readonly traceState: string
  /** Empty for a root; otherwise as sent, so check it with `isSpanId` before relying on its form. */
  readonly parentSpanId: string
  /** Bits 0–7 are W3C trace flags, bit 8 "is_remote is known", bit 9 "the parent is remote"; higher bits may be set. */
  readonly flags: number
  readonly name: string
  /** 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer; other int32 values are kept. */
  readonly kind: number
  readonly startTimeUnixNano: bigint
  readonly endTimeUnixNano: bigint
  readonly attributes: readonly KeyValue[]
  readonly droppedAttributesCount: number
  readonly events: readonly SpanEvent[]
  readonly droppedEventsCount: number
  readonly links: readonly SpanLink[]
  readonly droppedLinksCount: number
  readonly status: SpanStatus
}

/** Something that happened at one moment of a span. */
export type SpanEvent = {
  readonly timeUnixNano: bigint
  readonly name: string
  readonly attributes: readonly KeyValue[]
  readonly droppedAttributesCount: number
}

/** A pointer to another span. A link whose ids are not valid is kept and flagged, never dropped. */
export type SpanLink = {
  /** 32 lowercase hex digits if `hasValidIds`; otherwise what was sent: hex of its bytes, or the JSON text. */
  readonly traceId: string
  /** 16 lowercase hex digits if `hasValidIds`; otherwise what was sent: hex of its bytes, or the JSON text. */
  readonly spanId: string
  /** Whether both ids have their right length and are not all zero. */
  readonly hasValidIds: boolean
  readonly traceState: string
  readonly attributes: readonly KeyValue[]
  readonly droppedAttributesCount: number
  /** As `Span.flags`, speaking of the linked span's context. */
  readonly flags: number
}

/** How a span ended. */
export type SpanStatus = {
  readonly message: string
  /** 0 unset, 1 ok, 2 error; other int32 values are kept. */
  readonly code: number
}
