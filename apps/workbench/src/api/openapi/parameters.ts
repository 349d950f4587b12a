import type { JsonSchema } from './json-schema.ts'

/** A parameter with an example that can be sent as it stands. */
export type Parameter = {
  readonly name: string
  readonly in: 'query' | 'path'
  readonly required?: boolean
  readonly description: string
  readonly schema: JsonSchema
  readonly example: string | number | boolean | readonly string[]
}

/** Ids that the examples speak of. */
export const exampleIds = {
  /** A trace that links to and from the other. */
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  linkedTraceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  linkedSpanId: '00f067aa0ba902b7',
} as const

const text: JsonSchema = { type: 'string' }
const list: JsonSchema = { type: 'array', items: text, maxItems: 20 }

const query = (
  name: string,
  description: string,
  schema: JsonSchema,
  example: Parameter['example'],
): Parameter => ({
  name,
  in: 'query',
  description,
  schema,
  example,
})

export const limit = (maximum: number, standard: number): Parameter =>
  query('limit', 'At most so many.', { type: 'integer', minimum: 1, maximum, default: standard }, 10)

export const cursor: Parameter = query('cursor', '`nextCursor` of the answer before.', text, '1.0')

const status = query('status', 'Status of the span.', { enum: ['unset', 'ok', 'error'] }, 'error')
const from = query(
  'from',
  'Spans that start at or after: RFC 3339, or decimal nanoseconds since 1970.',
  text,
  '2026-11-22T20:00:00Z',
)
const to = query('to', 'Spans that start before.', text, '1795381200000000000')
const service = query('service', 'Name of the service.', text, 'dice')
const operation = query('operation', 'Name of the span.', text, 'GET /roll_with_link')

/** What narrows a search for spans; all that is given must hold for one span. */
export const spanFilter: readonly Parameter[] = [
  service,
  operation,
  query(
    'kind',
    'Kind of the span.',
    { enum: ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] },
    'server',
  ),
  status,
  query('minDuration', 'At least so long: 250ms, 1.5s, 1m30s.', text, '1ms'),
  query('maxDuration', 'At most so long.', text, '2m'),
  from,
  to,
  query('traceId', 'Spans of this trace.', text, exampleIds.traceId),
  query(
    'attribute',
    '`key=value`, repeatable. The key is an attribute’s, or a field of a row: `attributes.…`, `resource.…`, `service.version`. Older and newer semantic-convention names find each other.',
    list,
    ['http.method=GET', 'service.version=1.0.0'],
  ),
  query('isRoot', 'Spans without a parent; with `false` the others.', { type: 'boolean' }, true),
  query('hasLink', 'Spans that hold a link; with `false` the others.', { type: 'boolean' }, true),
  query('linkAttribute', '`key=value` on a link of the span, repeatable.', list, [
    'linked_traces.relation=caller',
  ]),
  query(
    'linkedFrom',
    'A trace id, or `traceId/spanId`: spans that one holds a link to.',
    text,
    `${exampleIds.linkedTraceId}/${exampleIds.linkedSpanId}`,
  ),
  query(
    'text',
    'Part of the span’s name, its service’s, its status message, an event’s name or a text in the attributes of either; the case of A–Z is ignored.',
    text,
    'ROLL',
  ),
]

/** The minutes statistics are about: `from` and `to` are widened to whole ones, and default to the last hour. */
export const statsTimes: readonly Parameter[] = [from, to]

/** What narrows statistics. */
export const statsFilter: readonly Parameter[] = [service, operation, status, from, to]

export const buckets: Parameter = query(
  'buckets',
  'At most so many, of whole minutes.',
  { type: 'integer', minimum: 1, maximum: 500, default: 60 },
  12,
)

export const linkSetBounds: readonly Parameter[] = [
  query(
    'maxTraces',
    'At most so many traces, the nearest.',
    { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    10,
  ),
  query(
    'maxHops',
    'At most so many links away.',
    { type: 'integer', minimum: 1, maximum: 20, default: 5 },
    2,
  ),
]

export const withLinks: Parameter = query(
  'links',
  'The whole link set, not only the trace.',
  { type: 'boolean', default: false },
  true,
)

const path = (name: string, description: string, example: string): Parameter => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: text,
  example,
})

export const traceIdInPath = path('traceId', '32 hex digits.', exampleIds.traceId)
export const spanIdInPath = path('spanId', '16 hex digits.', exampleIds.spanId)
