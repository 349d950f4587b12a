import { array, count, described, flag, type JsonSchema, nullable, object, ref, text } from './json-schema.ts'

const nanos: JsonSchema = {
  type: 'string',
  pattern: '^-?[0-9]+$',
  description: 'Decimal nanoseconds; times are since 1970-01-01T00:00:00Z.',
}
const traceId: JsonSchema = { type: 'string', pattern: '^[0-9a-f]{32}$' }
const spanId: JsonSchema = { type: 'string', pattern: '^[0-9a-f]{16}$' }
const kind: JsonSchema = { enum: ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] }
const status: JsonSchema = { enum: ['unset', 'ok', 'error'] }

const spanRef = { traceId, spanId }
const spanSummary = {
  serviceName: text,
  name: text,
  kind,
  startTimeUnixNano: nanos,
  durationNano: nanos,
  status,
}
const typed = (type: string, value: JsonSchema, more: Readonly<Record<string, JsonSchema>>): JsonSchema =>
  object({ ...more, type: { const: type }, value })
const typedValues = (more: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  oneOf: [
    typed('string', text, more),
    typed('bool', flag, more),
    typed('int', { type: 'string', pattern: '^-?[0-9]+$' }, more),
    typed('double', { anyOf: [{ type: 'number' }, { enum: ['NaN', 'Infinity', '-Infinity'] }] }, more),
    typed('bytes', { type: 'string', contentEncoding: 'base64' }, more),
    typed('array', array(ref('TypedValue')), more),
    typed('kvlist', array(ref('TypedAttribute')), more),
    typed('empty', { type: 'null' }, more),
  ],
})

const link = {
  // As sent, which need not be an id.
  traceId: text,
  spanId: text,
  position: count,
  relation: nullable(text),
  attributes: ref('Attributes'),
  droppedAttributesCount: count,
  traceState: text,
  flags: ref('TraceFlags'),
  target: ref('LinkTarget'),
}

const span = {
  ...spanRef,
  parentSpanId: nullable(text),
  name: text,
  kind,
  serviceName: text,
  startTimeUnixNano: nanos,
  endTimeUnixNano: nanos,
  durationNano: nanos,
  status: object({ code: status, message: text }),
  traceState: text,
  flags: ref('TraceFlags'),
  scope: object({ name: text, version: text }),
  resource: described('Index into the resources of the trace.', count),
  attributes: ref('Attributes'),
  events: array(
    object({
      timeUnixNano: nanos,
      name: text,
      attributes: ref('Attributes'),
      droppedAttributesCount: count,
    }),
  ),
  links: array(object(link)),
  linkedFrom: array(
    object({
      source: object({ ...spanRef, ...spanSummary }),
      position: count,
      relation: nullable(text),
    }),
  ),
  linkedFromCount: count,
  droppedAttributesCount: count,
  droppedEventsCount: count,
  droppedLinksCount: count,
}

const traceSummary = {
  traceId,
  root: object({ ...spanSummary, spanId, isRoot: flag }),
  startTimeUnixNano: nanos,
  durationNano: nanos,
  spanCount: count,
  errorCount: count,
  services: array(text),
  linksOut: count,
  linksIn: count,
}

const statistics = {
  serviceName: text,
  spanCount: count,
  errorCount: count,
  durations: ref('DurationStatistics'),
}

/** Every shape of the contract, by its name there. */
export const schemas: Readonly<Record<string, JsonSchema>> = {
  Problem: object({
    title: text,
    status: { type: 'integer', minimum: 400, maximum: 599 },
    code: described('Stable; what programs tell problems apart by.', text),
    detail: described('What happened and what to do, for people.', text),
  }),
  AttributeValue: {
    anyOf: [
      { type: ['string', 'number', 'boolean', 'null'] },
      array(ref('AttributeValue')),
      { type: 'object', additionalProperties: ref('AttributeValue') },
    ],
  },
  Attributes: { type: 'object', additionalProperties: ref('AttributeValue') },
  TypedValue: typedValues({}),
  TypedAttribute: typedValues({ key: text }),
  TraceFlags: object({ value: count, sampled: flag, random: flag, remote: nullable(flag) }),
  LinkTarget: {
    oneOf: [
      object({ state: { enum: ['resolved', 'same_trace'] }, ...spanSummary }),
      object({ state: { enum: ['self', 'not_arrived', 'span_missing', 'invalid'] } }),
      object({ state: { const: 'not_sampled' }, serviceName: nullable(text) }),
      object({ state: { const: 'evicted' }, evictedAtUnixNano: nanos }),
      object({ state: { const: 'deleted' }, deletedAtUnixNano: nanos }),
    ],
  },
  Trace: object({
    traceId,
    startTimeUnixNano: nanos,
    endTimeUnixNano: nanos,
    durationNano: nanos,
    spanCount: count,
    errorCount: count,
    resources: array(ref('Attributes')),
    spans: array(object(span)),
  }),
  SpanDetail: object({
    ...span,
    typedAttributes: array(ref('TypedAttribute')),
    typedLinkAttributes: array(array(ref('TypedAttribute'))),
    typedEventAttributes: array(array(ref('TypedAttribute'))),
    resourceAttributes: array(ref('TypedAttribute')),
    resourceSchemaUrl: text,
    scopeSchemaUrl: text,
    scopeAttributes: array(ref('TypedAttribute')),
    row: ref('Row'),
    derivedFields: array(object({ field: text, value: ref('AttributeValue'), from: array(text) })),
    comparison: nullable(ref('DurationStatistics')),
  }),
  Row: {
    ...object({
      _rowId: text,
      _time: { type: 'string', format: 'date-time' },
      _sysTime: { type: 'string', format: 'date-time' },
      trace_id: traceId,
      span_id: spanId,
      parent_span_id: nullable(text),
      name: text,
      kind,
      duration: described('As Go writes durations: 182.798961ms.', text),
      error: flag,
      'status.code': { enum: ['OK', 'ERROR', null] },
      'status.message': nullable(text),
      'service.name': text,
      'scope.name': text,
      'scope.version': text,
      events: array(object({ name: text, timestamp: nanos, attributes: nullable(ref('Attributes')) })),
      links: array(object({ trace_id: text, span_id: text, attributes: nullable(ref('Attributes')) })),
    }),
    patternProperties: {
      '^(service|telemetry|resource|attributes)\\.': ref('AttributeValue'),
      '^(resource|attributes)\\.custom$': ref('Attributes'),
    },
  },
  StreamPage: object({ rows: array(ref('Row')), nextCursor: nullable(text) }),
  TracePage: object({ traces: array(object(traceSummary)), nextCursor: nullable(text) }),
  DurationStatistics: object({
    count,
    minNano: nanos,
    maxNano: nanos,
    avgNano: nanos,
    stdevNano: nanos,
    p5Nano: nanos,
    p50Nano: nanos,
    p90Nano: nanos,
    p95Nano: nanos,
    p99Nano: nanos,
    p999Nano: nanos,
  }),
  LinkSet: object({
    traceId,
    traces: array(object({ ...traceSummary, hops: count, linksBeyond: count })),
    links: array(
      object({
        source: object({ ...spanRef, ...spanSummary }),
        position: count,
        relation: nullable(text),
        attributes: ref('Attributes'),
        traceState: text,
        flags: ref('TraceFlags'),
        targetRef: object({ traceId: text, spanId: text }),
        target: ref('LinkTarget'),
        cause: { enum: ['source', 'target'] },
        waitNano: nullable(nanos),
      }),
    ),
    moreLinks: count,
    moreTraces: count,
    warnings: array(
      object({
        code: {
          enum: [
            'self_link',
            'unsampled_target',
            'no_reverse_link',
            'invalid_ids',
            'links_dropped',
            'duplicate_link',
          ],
        },
        source: object(spanRef),
        position: nullable(count),
        message: text,
      }),
    ),
  }),
  ServiceStatistics: array(object(statistics)),
  OperationStatistics: array(object({ ...statistics, operation: text, kind })),
  TimeSeries: object({
    fromUnixNano: nanos,
    toUnixNano: nanos,
    bucketNano: nanos,
    buckets: array(
      object({
        startTimeUnixNano: nanos,
        spanCount: count,
        errorCount: count,
        traceCount: count,
        avgNano: nullable(nanos),
      }),
    ),
  }),
  ErrorStatistics: array(
    object({ message: text, count, example: nullable(object({ ...spanRef, ...spanSummary })) }),
  ),
  Health: object({
    version: text,
    startedAtUnixNano: nanos,
    store: object({
      path: nullable(text),
      spanCount: count,
      traceCount: count,
      linkCount: count,
      bytes: count,
      maxSpans: count,
      maxBytes: count,
      maxAgeMillis: count,
      evictedTraceCount: count,
      evictedSpanCount: count,
      evictedAtUnixNano: nullable(nanos),
      trouble: nullable(text),
    }),
    received: object({
      spans: count,
      duplicateSpans: count,
      rejectedSpans: count,
      logRecords: count,
      metricDataPoints: count,
    }),
  }),
  Imported: object({ spanCount: count, duplicateSpans: count, rejectedSpans: count, message: text }),
  Deleted: object({ deletedSpans: count }),
  OtlpJson: {
    type: 'object',
    description: 'An ExportTraceServiceRequest in OTLP JSON; see opentelemetry.io/docs/specs/otlp.',
    properties: { resourceSpans: array({ type: 'object' }) },
    required: ['resourceSpans'],
  },
  LiveRows: object({ rows: array(ref('Row')), touchedTraceIds: array(traceId) }),
  LiveGap: object({ missed: nullable(count) }),
}
