import type { Span } from '../model/span.ts'
import type { StoredSpan } from '../model/stored-span.ts'

/** The two ids that name a span; lowercase hex. */
export type SpanRef = { readonly traceId: string; readonly spanId: string }

/** What is known about a span somebody points at. */
export type SpanKnowledge =
  | { readonly state: 'stored'; readonly span: StoredSpan }
  /** Spans of its trace are stored, it is not among them. */
  | { readonly state: 'span_missing' }
  | { readonly state: 'evicted' | 'deleted'; readonly atMillis: number }
  | { readonly state: 'unknown' }

/** A link seen from the span it points at. */
export type IncomingLink = {
  readonly targetSpanId: string
  readonly source: StoredSpan
  /** Place among the links of `source`. */
  readonly position: number
}

/** Keeps telemetry and answers for it. Every method rejects with a `StoreError` when the store cannot do its work. */
export interface TelemetryStore {
  /** Keeps spans; resolves once they would survive the death of this process. A span that is already there is left as it is. */
  write(spans: readonly StoredSpan[]): Promise<void>
  /** Spans of a trace ordered by start time then id, at most `limit`; `undefined` when there are none. */
  trace(
    traceId: string,
    limit: number,
  ): Promise<{ readonly spans: readonly StoredSpan[]; readonly spanCount: number } | undefined>
  /** Links to spans of `traceId`, newest first, at most `limit` for each span. */
  incomingLinks(
    traceId: string,
    limit: number,
  ): Promise<{ readonly links: readonly IncomingLink[]; readonly counts: ReadonlyMap<string, number> }>
  /** One answer for each of `refs`, in their order. */
  know(refs: readonly SpanRef[]): Promise<readonly SpanKnowledge[]>
}

/** Order of the spans of a trace: start time, then id, so that two readings agree. */
export function compareSpans(a: Span, b: Span): number {
  if (a.startTimeUnixNano !== b.startTimeUnixNano) return a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1
  return a.spanId < b.spanId ? -1 : a.spanId > b.spanId ? 1 : 0
}
