import type { AnyValue, Resource, Scope, Span } from '../model/span.ts'
import type { SpanSummary, TraceSummary } from '../model/span-summary.ts'
import type { StoredSpan } from '../model/stored-span.ts'

/** The two ids that name a span; lowercase hex. */
export type SpanRef = { readonly traceId: string; readonly spanId: string }

/** Spans of one resource and scope, as an export brings them. */
export type SpanGroup = {
  readonly resource: Resource
  readonly resourceSchemaUrl: string
  readonly scope: Scope
  readonly scopeSchemaUrl: string
  readonly spans: readonly Span[]
}

/** What one call stored. */
export type Written = {
  readonly spanCount: number
  /** Spans that were there already. */
  readonly duplicateCount: number
  /** Traces that gained spans; of more than 256 only so many are named. */
  readonly traces: readonly { readonly traceId: string; readonly hasRoot: boolean }[]
  readonly traceCount: number
}

/** What is known of a trace or span somebody points at. */
export type Knowledge =
  | { readonly state: 'stored'; readonly span: SpanSummary }
  /** Spans of its trace are stored, it is not among them. */
  | { readonly state: 'span_missing' }
  | { readonly state: 'evicted' | 'deleted'; readonly atMillis: number }
  | { readonly state: 'unknown' }

/** What is known of a trace. */
export type TraceKnowledge =
  | Exclude<Knowledge, { readonly state: 'stored' | 'span_missing' }>
  | { readonly state: 'stored' }

/** A link seen from the span it points at. */
export type IncomingLink = {
  readonly targetSpanId: string
  readonly source: SpanSummary
  /** Place among the links of `source`. */
  readonly position: number
  readonly relation: string | null
}

/** A link between two traces of a link set. */
export type LinkSetEdge = {
  readonly source: SpanRef
  readonly position: number
  readonly target: SpanRef
  readonly relation: string | null
}

/** Traces that hang together by links. */
export type LinkSet = {
  /** Nearest first; `hops` counts links from the trace asked for, in either direction. */
  readonly traces: readonly {
    readonly traceId: string
    readonly hops: number
    readonly summary: TraceSummary | undefined
    readonly knowledge: TraceKnowledge
    /** Links it holds, or that are held to it, whose other end is in a trace that is not told. */
    readonly linksBeyond: number
  }[]
  readonly edges: readonly LinkSetEdge[]
  /** Traces known to hang on and left out for the bounds. */
  readonly moreTraces: number
  /** Links between the traces told and left out for the bounds. */
  readonly moreEdges: number
}

/** One attribute condition: some attribute has one of the keys and one of the values. */
export type AttributeCondition = {
  readonly keys: readonly string[]
  readonly values: readonly AnyValue[]
  /** One of the keys: an attribute of which a part (see `partsOf`) has it and one of the values will do as well. */
  readonly partKey?: string
}

/** What a span must be to be found; every condition given must hold. */
export type SpanFilter = {
  readonly traceId?: string
  readonly service?: string
  readonly operation?: string
  readonly kind?: number
  /** 0 unset, 1 ok, 2 error. */
  readonly status?: number
  /** Nanoseconds, inclusive. */
  readonly minDuration?: bigint
  readonly maxDuration?: bigint
  /** Start time in nanoseconds since the Unix epoch, from inclusive, to exclusive. */
  readonly from?: bigint
  readonly to?: bigint
  readonly isRoot?: boolean
  readonly hasLink?: boolean
  readonly attributes?: readonly AttributeCondition[]
  readonly resourceAttributes?: readonly AttributeCondition[]
  readonly linkAttributes?: readonly AttributeCondition[]
  /** Spans of this trace, or only this span of it, hold a link to the span. */
  readonly linkedFrom?: { readonly traceId: string; readonly spanId?: string }
  /** Part of the span's name, its service's, its status message, an event's name or a text in the attributes of either, the case of A–Z aside. */
  readonly text?: string
}

/** Where a search goes on: everything newer was told. */
export type SearchCursor = { readonly chunk: number; readonly index: number }

/** How far a search may go. */
export type SearchBounds = {
  readonly limit: number
  /** After so long what was found is told, though there may be more. */
  readonly budgetMillis: number
}

export type SpanPage = {
  readonly spans: readonly StoredSpan[]
  /** `undefined` when everything was searched. */
  readonly next: SearchCursor | undefined
}

export type TracePage = {
  readonly traces: readonly TraceSummary[]
  readonly next: SearchCursor | undefined
}

/** What spans of one kind did in a span of time. */
export type OperationStats = {
  readonly serviceName: string
  readonly name: string
  readonly kind: number
  readonly stats: DurationStats
}

/** Counts, and durations in nanoseconds: average and deviation exact, all others to within 3.2 %. */
export type DurationStats = {
  readonly spanCount: number
  readonly errorCount: number
  /** Spans without a parent. */
  readonly rootCount: number
  readonly average: number
  readonly standardDeviation: number
  readonly min: number
  readonly max: number
  readonly p5: number
  readonly p50: number
  readonly p90: number
  readonly p95: number
  readonly p99: number
  readonly p999: number
}

/** Which spans a statistic is about; minutes since the epoch, from inclusive, to exclusive. */
export type StatsFilter = {
  readonly fromMinute: number
  readonly toMinute: number
  readonly service?: string
  readonly operation?: string
  /** 0 unset, 1 ok, 2 error. */
  readonly status?: number
}

/** What the store holds. */
export type StoreStatus = {
  readonly spanCount: number
  readonly traceCount: number
  readonly linkCount: number
  /** Bytes the database uses. */
  readonly byteCount: number
  readonly evictedTraceCount: number
  readonly evictedSpanCount: number
  /** When it last evicted a trace, `undefined` when it never did. */
  readonly evictedAtMillis: number | undefined
  /** Of the signals that are counted and not kept. */
  readonly logRecordCount: number
  readonly metricPointCount: number
}

/** How often spans failed with one message; longer ones than 200 characters count together by their beginning. */
export type ErrorCount = {
  readonly message: string
  readonly count: number
  /** One of them, the latest that arrived; `undefined` when that one was deleted. */
  readonly example: SpanSummary | undefined
}

/** Answers for the telemetry that is kept. Rejects with a {@link StoreError} when it cannot. */
export interface TelemetryReader {
  /** Spans of a trace ordered by start time then id, at most `limit`; `undefined` when there are none. */
  trace(
    traceId: string,
    limit: number,
  ): Promise<{ readonly spans: readonly StoredSpan[]; readonly spanCount: number } | undefined>
  /** Links to spans of `traceId`, newest first, at most `limitPerSpan` for each and 1,000 in all. */
  incomingLinks(
    traceId: string,
    limitPerSpan: number,
  ): Promise<{ readonly links: readonly IncomingLink[]; readonly counts: ReadonlyMap<string, number> }>
  /** One answer for each of `refs`, in their order. */
  know(refs: readonly SpanRef[]): Promise<readonly Knowledge[]>
  /** The spans themselves, `undefined` for those that are not stored. */
  spans(refs: readonly SpanRef[]): Promise<readonly (StoredSpan | undefined)[]>
  /** All traces reachable from `traceId` over links in either direction, within bounds. */
  linkSet(
    traceId: string,
    bounds: { readonly traces: number; readonly hops: number; readonly edges: number },
  ): Promise<LinkSet>
  /** Spans in reverse order of arrival. */
  searchSpans(filter: SpanFilter, after: SearchCursor | undefined, bounds: SearchBounds): Promise<SpanPage>
  /** Spans that arrived after `cursor`, oldest first. */
  spansSince(
    cursor: SearchCursor,
    filter: SpanFilter,
    limit: number,
  ): Promise<{ readonly spans: readonly StoredSpan[]; readonly cursor: SearchCursor }>
  /** Where {@link spansSince} begins to tell what arrives from now on. */
  latest(): Promise<SearchCursor>
  /** Traces some span of which matches, in reverse order of arrival of the latest such span. */
  searchTraces(filter: SpanFilter, after: SearchCursor | undefined, bounds: SearchBounds): Promise<TracePage>
  /** Operations seen in a span of time, the one with most spans first. */
  operations(filter: StatsFilter): Promise<readonly OperationStats[]>
  /** The same by service. */
  services(
    filter: StatsFilter,
  ): Promise<readonly { readonly serviceName: string; readonly stats: DurationStats }[]>
  /** Totals for each step of `stepMinutes` that has spans. */
  timeSeries(
    filter: StatsFilter,
    stepMinutes: number,
  ): Promise<readonly { readonly minute: number; readonly stats: DurationStats }[]>
  /** Status messages of spans in error, the most frequent first. */
  topErrors(filter: StatsFilter, limit: number): Promise<readonly ErrorCount[]>
  status(): Promise<StoreStatus>
}

/** Keeps telemetry. */
export interface TelemetryStore extends TelemetryReader {
  /**
   * Keeps the spans of `exports`, all or none; resolves once they would survive the death of this process. A span that is there already
   * stays as it is. Each export is taken when the one before it is written, so that only one needs to be in memory.
   */
  write(exports: Iterable<readonly SpanGroup[]>): Promise<Written>
  /** Counts what other signals brought. */
  count(logRecords: number, metricPoints: number): Promise<void>
  /** Removes traces, remembering that they were deleted; resolves with the number of spans removed. */
  delete(traceIds: readonly string[]): Promise<number>
  close(): Promise<void>
}

/** Order of the spans of a trace: start time, then id, so that two readings agree. */
export function compareSpans(a: Span, b: Span): number {
  if (a.startTimeUnixNano !== b.startTimeUnixNano) return a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1
  return a.spanId < b.spanId ? -1 : a.spanId > b.spanId ? 1 : 0
}
