/**
 * The shapes of the workbench's HTTP API. Types only: this file is the sole bridge to the browser.
 *
 * Throughout: ids are lowercase hex; times named `…UnixNano` and durations named `…Nano` are decimal strings of
 * nanoseconds, because JavaScript's numbers cannot hold them; counts are numbers; what is not there is `null`.
 */

/** Any error answer: RFC 9457, `application/problem+json`. `code` is stable, `detail` is for people; `type` is `about:blank`, unsaid. */
export type Problem = {
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
  | {
      readonly state: 'not_sampled'
      /** Whose span it is, where the link or the span that holds it names the other side; else `null`. */
      readonly serviceName: string | null
    }
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
  /** Links other spans (or itself) hold to this one, newest first, at most 20. */
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

/**
 * A span as Axiom stores it: one flat row whose field names are Axiom's. Attributes of the semantic conventions are fields of their own
 * (`attributes.*`, `resource.*`), the others are kept in the maps `attributes.custom` and `resource.custom`. Fields it lacks are absent.
 */
export type Row = {
  /** Unique among all rows, and in the order of `_sysTime`. */
  readonly _rowId: string
  /** Start of the span, RFC 3339 with nanoseconds. */
  readonly _time: string
  /** Arrival at the workbench, likewise. */
  readonly _sysTime: string
  readonly trace_id: string
  readonly span_id: string
  readonly parent_span_id: string | null
  readonly name: string
  readonly kind: SpanKind
  /** As Go writes durations: `182.798961ms`. */
  readonly duration: string
  readonly error: boolean
  readonly 'status.code': 'OK' | 'ERROR' | null
  readonly 'status.message': string | null
  readonly 'service.name': string
} & { readonly [field: string]: AttributeValue }

/**
 * The filter of spans that stream, search and dashboard share, as query parameters. All that is given must hold.
 * Durations are written `250ms`, `1.5s`, `2m`; times as RFC 3339 or as decimal nanoseconds since 1970.
 */
export type SpanFilter = {
  readonly service?: string
  /** The span's name. */
  readonly operation?: string
  readonly kind?: SpanKind
  readonly status?: StatusCode
  readonly minDuration?: string
  readonly maxDuration?: string
  /** Spans that start at or after, and before. */
  readonly from?: string
  readonly to?: string
  readonly traceId?: string
  /**
   * `key=value`, repeatable; the value as text, whatever its type. The key is an attribute's, or a row's field (`attributes.…`,
   * `resource.…`, `service.version`). Older and newer semantic-convention names find each other.
   */
  readonly attribute?: readonly string[]
  /** Without a parent. */
  readonly isRoot?: boolean
  readonly hasLink?: boolean
  /** `key=value` on a link, repeatable. */
  readonly linkAttribute?: readonly string[]
  /** A trace id, or `traceId/spanId`: spans that one holds a link to. */
  readonly linkedFrom?: string
  /**
   * Part of the span's name, its service's name, its status message, the name of an event or a text in the attributes of the span or
   * an event; the case of A–Z is ignored.
   */
  readonly text?: string
}

/**
 * `GET /api/stream`: rows newest arrival first. Query: {@link SpanFilter}, `limit` (1–1,000; 100), `cursor`. A page may be short, even
 * empty, when a search takes long: `nextCursor` tells whether there is more to search.
 */
export type StreamPage = {
  readonly rows: readonly Row[]
  /** For the next, older page; `null` at the end. */
  readonly nextCursor: string | null
}

/** A trace in a list. */
export type TraceSummary = {
  readonly traceId: string
  /** Name, service and kind of its root, or of its earliest span while no root has come. */
  readonly root: SpanSummary & { readonly spanId: string; readonly isRoot: boolean }
  readonly startTimeUnixNano: string
  /** Earliest start to latest end. */
  readonly durationNano: string
  readonly spanCount: number
  readonly errorCount: number
  readonly services: readonly string[]
  /** Links its spans hold. */
  readonly linksOut: number
  /** Links held to its spans. */
  readonly linksIn: number
}

/**
 * `GET /api/traces`: traces with a span that matches, the one whose match arrived last first. Query: {@link SpanFilter}, `limit`
 * (1–500; 50), `cursor`. Pages may be short as those of the stream.
 */
export type TracePage = {
  readonly traces: readonly TraceSummary[]
  readonly nextCursor: string | null
}

/** `GET /api/traces/{traceId}/spans/{spanId}`: one span with everything that was sent. */
export type SpanDetail = Span & {
  readonly typedAttributes: readonly TypedAttribute[]
  readonly typedLinkAttributes: readonly (readonly TypedAttribute[])[]
  readonly typedEventAttributes: readonly (readonly TypedAttribute[])[]
  readonly resourceAttributes: readonly TypedAttribute[]
  readonly resourceSchemaUrl: string
  readonly scopeSchemaUrl: string
  readonly scopeAttributes: readonly TypedAttribute[]
  /** The span as a row of Axiom's, as sent. */
  readonly row: Row
  /**
   * Row fields that were not sent and follow from those that were: the older names of semantic-convention attributes for the newer,
   * and the other way round (docs/semantic-convention-names.md).
   */
  readonly derivedFields: readonly DerivedField[]
  /**
   * The spans of the same service, operation and kind that started in the minute of this one or in the 60 before, itself among them;
   * `null` when it is the only one.
   */
  readonly comparison: DurationStatistics | null
}

export type DerivedField = {
  readonly field: string
  readonly value: AttributeValue
  /** The fields it was derived from. */
  readonly from: readonly string[]
}

/** Durations of spans, in decimal nanoseconds: average and deviation exact, all others to within 3.2 %. */
export type DurationStatistics = {
  readonly count: number
  readonly minNano: string
  readonly maxNano: string
  readonly avgNano: string
  /** Of the population. */
  readonly stdevNano: string
  readonly p5Nano: string
  readonly p50Nano: string
  readonly p90Nano: string
  readonly p95Nano: string
  readonly p99Nano: string
  readonly p999Nano: string
}

/**
 * `GET /api/traces/{traceId}/links`: all traces that links lead to from here, in either direction, nearest first.
 * Query: `maxTraces` (1–200; 50), `maxHops` (1–20; 5).
 */
export type LinkSet = {
  readonly traceId: string
  readonly traces: readonly LinkedTrace[]
  /** Links the traces' spans hold, at most 2,000. */
  readonly links: readonly LinkSetLink[]
  /** How many more these traces hold. */
  readonly moreLinks: number
  /** Traces that were left out by `maxTraces` or `maxHops`. */
  readonly moreTraces: number
  /** At most 200. */
  readonly warnings: readonly LinkWarning[]
}

export type LinkedTrace = TraceSummary & {
  /** Links between here and the trace that was asked for. */
  readonly hops: number
  /** Of its links in either direction, those that lead to traces which are not in this set. */
  readonly linksBeyond: number
}

/** A link of the set: from the span that holds it to its target, which need not have come. */
export type LinkSetLink = {
  readonly source: SpanRef & SpanSummary
  readonly position: number
  readonly relation: string | null
  readonly attributes: Attributes
  readonly traceState: string
  readonly flags: TraceFlags
  readonly targetRef: SpanRef
  readonly target: LinkTarget
  /**
   * Which end came about because of the other: `target` when the holder is the effect (`caller`, `origin`, `message`, …
   * and links that say nothing), `source` when the holder is the cause (`callee`).
   */
  readonly cause: 'source' | 'target'
  /** From the start of the cause's span to the start of the effect's; negative where clocks disagree, `null` while one is missing. */
  readonly waitNano: string | null
}

/** Something about links that their author would want to know. */
export type LinkWarning = {
  readonly code:
    | 'self_link'
    | 'unsampled_target'
    | 'no_reverse_link'
    | 'invalid_ids'
    | 'links_dropped'
    | 'duplicate_link'
  readonly source: SpanRef
  /** The link, or `null` for the span as a whole. */
  readonly position: number | null
  /** One sentence for people. */
  readonly message: string
}

/** `GET /api/services`: busiest first. Query: `from`, `to` (default: the last hour), which are widened to whole minutes. */
export type ServiceStatistics = {
  readonly serviceName: string
  readonly spanCount: number
  readonly errorCount: number
  readonly durations: DurationStatistics
}

/** `GET /api/operations`: slowest average first. Query: {@link SpanFilter}'s `service`, `operation`, `status`, `from`, `to`; `limit` (1–1,000; 100). */
export type OperationStatistics = ServiceStatistics & { readonly operation: string; readonly kind: SpanKind }

/**
 * `GET /api/traces/{traceId}/operations`: the operations of a trace's spans, as they were in the hour before it began and while its
 * spans began, busiest first, at most 1,000. What {@link SpanDetail.comparison} tells of one span, for all at once.
 */
export type TraceOperations = readonly OperationStatistics[]

/** `GET /api/timeseries`: at most `buckets` (1–500; 60) buckets of whole minutes. Query as for operations. */
export type TimeSeries = {
  readonly fromUnixNano: string
  readonly toUnixNano: string
  readonly bucketNano: string
  readonly buckets: readonly {
    readonly startTimeUnixNano: string
    readonly spanCount: number
    readonly errorCount: number
    /** Traces whose root started in the bucket. */
    readonly traceCount: number
    /** `null` without spans. */
    readonly avgNano: string | null
  }[]
}

/** `GET /api/errors`: commonest first. Query as for operations; `limit` (1–100; 10). */
export type ErrorStatistics = {
  /** The status message, cut to 200 characters; empty when the spans had none. */
  readonly message: string
  readonly count: number
  /** The last of them that arrived; `null` when that one was deleted. */
  readonly example: (SpanRef & SpanSummary) | null
}

/** `GET /api/health` */
export type Health = {
  readonly version: string
  readonly startedAtUnixNano: string
  readonly store: {
    /** `null` in memory. */
    readonly path: string | null
    readonly spanCount: number
    readonly traceCount: number
    readonly linkCount: number
    readonly bytes: number
    readonly maxSpans: number
    readonly maxBytes: number
    readonly maxAgeMillis: number
    readonly evictedTraceCount: number
    readonly evictedSpanCount: number
    /** The last eviction; `null` before the first. */
    readonly evictedAtUnixNano: string | null
    /** What keeps it from storing, such as a full disk; `null` when nothing does. */
    readonly trouble: string | null
  }
  /** Since the start. */
  readonly received: {
    readonly spans: number
    readonly duplicateSpans: number
    readonly rejectedSpans: number
    /** Accepted and counted, not stored. */
    readonly logRecords: number
    readonly metricDataPoints: number
  }
}

/**
 * `GET /api/live` (server-sent events). Query: {@link SpanFilter}. Resumes after `Last-Event-ID`; a reader that is too slow is
 * disconnected, and resumes.
 *
 * - event `rows`: a {@link LiveRows}, at most four times a second
 * - event `gap`: a {@link LiveGap}: more came than were kept for this reader
 */
export type LiveRows = {
  /** Newest last. */
  readonly rows: readonly Row[]
  /** Traces that these spans belong to or that they hold links to, for whoever shows one of them. */
  readonly touchedTraceIds: readonly string[]
}

export type LiveGap = {
  /** Rows that were left out; `null` when they were too many to count. */
  readonly missed: number | null
}

/**
 * `GET /api/traces/{traceId}/export`: OTLP JSON (`application/json`, an `ExportTraceServiceRequest`) with everything that was sent.
 * Query: `links` (`true` to export the whole link set; `false`), `maxTraces`, `maxHops`.
 *
 * `POST /api/import`: the same or any OTLP JSON, plain or gzip, at most 64 MiB before and after decompression.
 */
export type Imported = {
  readonly spanCount: number
  /** Spans that were there already, and stayed as they were. */
  readonly duplicateSpans: number
  readonly rejectedSpans: number
  /** Why spans were rejected; empty when none was. */
  readonly message: string
}

/** `DELETE /api/traces/{traceId}` */
export type Deleted = { readonly deletedSpans: number }
