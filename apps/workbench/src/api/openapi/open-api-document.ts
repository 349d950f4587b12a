import { ref } from './json-schema.ts'
import {
  buckets,
  cursor,
  exampleIds,
  limit,
  linkSetBounds,
  type Parameter,
  spanFilter,
  spanIdInPath,
  statsFilter,
  statsTimes,
  traceIdInPath,
  withLinks,
} from './parameters.ts'
import { schemas } from './schemas.ts'

/** A request that is answered with a problem, and the problem. */
type ProblemExample = { readonly request: string; readonly detail: string }

const titles = {
  400: 'Bad Request',
  404: 'Not Found',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const

const json = (schema: string) => ({ 'application/json': { schema: ref(schema) } })

/** Problems of one status by code. `x-request` is the request that is answered so. */
function problems(
  status: keyof typeof titles,
  description: string,
  examples: Readonly<Record<string, ProblemExample>>,
) {
  return {
    [status]: {
      description,
      content: {
        'application/problem+json': {
          schema: ref('Problem'),
          examples: Object.fromEntries(
            Object.entries(examples).map(([code, { request, detail }]) => [
              code,
              { value: { title: titles[status], status, code, detail }, 'x-request': request },
            ]),
          ),
        },
      },
    },
  }
}

const unknownTrace = 'ffffffffffffffffffffffffffffffff'
const traceMissing = (path: (traceId: string) => string) =>
  problems(404, 'Nothing of it is stored.', {
    trace_not_found: {
      request: path(unknownTrace),
      detail: `No span of trace ${unknownTrace} is stored. It may still be on its way: exporters send in batches.`,
    },
  })

const traceIdMalformed = (path: (traceId: string) => string) =>
  problems(400, 'Not an id, or a parameter that cannot be honoured.', {
    invalid_trace_id: { request: path('xyz'), detail: 'A trace id is 32 hex digits and not all zero.' },
  })

const malformed = (request: string, detail: string) =>
  problems(400, 'A parameter that cannot be honoured; `detail` names it.', {
    invalid_parameter: { request, detail },
  })

/** What any question to the store may be answered with, see {@link storeProblems}. */
const storeFailures = {
  500: { $ref: '#/components/responses/StoreDamaged' },
  503: { $ref: '#/components/responses/StoreUnavailable' },
} as const

/** A problem that no request brings about by itself, so its example has none. */
const storeProblem = (status: 500 | 503, description: string, code: string, detail: string) => ({
  description,
  ...(status === 503 && {
    headers: { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } } },
  }),
  content: {
    'application/problem+json': {
      schema: ref('Problem'),
      examples: { [code]: { value: { title: titles[status], status, code, detail } } },
    },
  },
})

const storeProblems = {
  StoreDamaged: storeProblem(
    500,
    'The database does not hold what was written to it where this question reads it. Asking again does not help.',
    'store_damaged',
    'The database /home/ada/.local/state/linked-traces/telemetry.db is damaged: database disk image is malformed. What does not touch the damage is still answered. To begin anew, stop the workbench and move the file away, together with those beside it that end in -wal and -shm.',
  ),
  StoreUnavailable: storeProblem(
    503,
    'The store cannot do it now.',
    'store_unavailable',
    'The disk takes no more: free some space, or set WORKBENCH_DATA to another disk.',
  ),
}

const answer = (schema: string, description = 'The answer.') => ({
  200: { description, content: json(schema) },
  ...storeFailures,
})

const get = (summary: string, parameters: readonly Parameter[], responses: object) => ({
  get: { summary, parameters, responses },
})

const ofTrace = (rest: string) => (traceId: string) => `/api/traces/${traceId}${rest}`

/**
 * The API as an OpenAPI 3.1 document. Every parameter has an example that can be sent as it stands, and every example of a problem the
 * request (`x-request`) that is answered so; a test sends them all.
 */
export const openApiDocument = {
  openapi: '3.1.1',
  info: {
    title: 'Linked Traces workbench',
    version: '1',
    description: [
      'Traces as the workbench keeps them, and their links in both directions.',
      'Times and durations are decimal strings of nanoseconds; ids are lowercase hex. Errors are `application/problem+json` (RFC 9457).',
      'Beside what each address says, any may answer 401 (a token is demanded), 403 (a host or an origin that is not the workbench’s), 405, and 503 with `Retry-After` (too much at once).',
      'Telemetry is sent to `/v1/traces`, `/v1/logs` and `/v1/metrics` (OTLP/HTTP); of logs and metrics only their numbers are kept.',
    ].join('\n\n'),
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: 'http://127.0.0.1:4318' }],
  security: [{}, { token: [] }],
  paths: {
    '/api/stream': get(
      'Rows as Axiom shows them, the last received first',
      [...spanFilter, limit(1_000, 100), cursor],
      {
        ...answer('StreamPage'),
        ...malformed('/api/stream?limit=0', 'limit: expected a whole number from 1 to 1000, received "0".'),
      },
    ),
    '/api/traces': get(
      'Traces with a span that matches, the one whose match was received last first',
      [...spanFilter, limit(500, 50), cursor],
      {
        ...answer('TracePage'),
        ...problems(400, 'A parameter that cannot be honoured; `detail` names it.', {
          invalid_parameter: {
            request: '/api/traces?attribute=http.method',
            detail: 'attribute: expected key=value, received "http.method".',
          },
          unknown_parameter: {
            request: '/api/traces?page=2',
            detail: `"page" is not a query parameter of this address. It takes: attribute, cursor, from, hasLink, isRoot, kind, limit, linkAttribute, linkedFrom, maxDuration, minDuration, operation, service, status, text, to, traceId.`,
          },
        }),
      },
    ),
    '/api/traces/{traceId}': {
      get: {
        summary: 'A whole trace with its links in both directions',
        parameters: [traceIdInPath],
        responses: {
          ...answer('Trace'),
          ...traceIdMalformed(ofTrace('')),
          ...traceMissing(ofTrace('')),
        },
      },
      delete: {
        summary: 'Removes a trace; links to it say that it was deleted',
        parameters: [traceIdInPath],
        responses: answer('Deleted'),
      },
    },
    '/api/traces/{traceId}/spans/{spanId}': get(
      'A span with everything that was sent, and as a row of Axiom’s',
      [traceIdInPath, spanIdInPath],
      {
        ...answer('SpanDetail'),
        ...problems(400, 'Not an id.', {
          invalid_span_id: {
            request: `/api/traces/${exampleIds.traceId}/spans/xyz`,
            detail: 'A span id is 16 hex digits and not all zero.',
          },
        }),
        ...problems(404, 'It is not stored.', {
          span_not_found: {
            request: `/api/traces/${exampleIds.traceId}/spans/ffffffffffffffff`,
            detail: `Span ffffffffffffffff of trace ${exampleIds.traceId} is not stored. It may still be on its way: exporters send in batches.`,
          },
        }),
      },
    ),
    '/api/traces/{traceId}/operations': get(
      'The operations of a trace’s spans, as they were in the hour before it began and while its spans began',
      [traceIdInPath],
      {
        ...answer('OperationStatistics'),
        ...traceIdMalformed(ofTrace('/operations')),
        ...traceMissing(ofTrace('/operations')),
      },
    ),
    '/api/traces/{traceId}/links': get(
      'All traces that links lead to, in either direction, nearest first',
      [traceIdInPath, ...linkSetBounds],
      {
        ...answer('LinkSet'),
        ...traceIdMalformed(ofTrace('/links')),
        ...traceMissing(ofTrace('/links')),
      },
    ),
    '/api/traces/{traceId}/export': get(
      'Everything that was sent of a trace, or of its link set, as OTLP JSON',
      [traceIdInPath, withLinks, ...linkSetBounds],
      {
        ...answer('OtlpJson'),
        ...traceIdMalformed(ofTrace('/export')),
        ...traceMissing(ofTrace('/export')),
      },
    ),
    '/api/import': {
      post: {
        summary: 'Stores what was exported, or any OTLP JSON trace export',
        description:
          'Plain or compressed (gzip, deflate, br, zstd), at most 64 MiB before and after decompression.',
        parameters: [],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: ref('OtlpJson'), example: { resourceSpans: [] } } },
        },
        responses: answer('Imported'),
      },
    },
    '/api/services': get('Services, the busiest first', statsTimes, {
      ...answer('ServiceStatistics'),
      ...malformed(
        '/api/services?from=yesterday',
        'from: expected a time such as 2026-11-22T20:00:00Z, or nanoseconds since 1970, received "yesterday".',
      ),
    }),
    '/api/operations': get(
      'Operations, the one with the slowest average first',
      [...statsFilter, limit(1_000, 100)],
      answer('OperationStatistics'),
    ),
    '/api/timeseries': get('Counts over time', [...statsFilter, buckets], {
      ...answer('TimeSeries'),
      ...malformed(
        '/api/timeseries?buckets=501',
        'buckets: expected a whole number from 1 to 500, received "501".',
      ),
    }),
    '/api/errors': get(
      'Status messages of failed spans, the commonest first',
      [...statsFilter, limit(100, 10)],
      {
        ...answer('ErrorStatistics'),
      },
    ),
    '/api/live': get('What arrives, as server-sent events', spanFilter, {
      200: {
        description:
          'Event `rows` carries LiveRows, at most four times a second; event `gap` a LiveGap. A reader that is too slow is disconnected and resumes after `Last-Event-ID`.',
        content: { 'text/event-stream': { schema: { type: 'string' } } },
      },
      ...storeFailures,
    }),
    '/api/health': get('What the workbench holds and has received', [], answer('Health')),
    '/api/openapi.json': get('This document', [], {
      200: { description: 'The document.', content: { 'application/json': { schema: { type: 'object' } } } },
    }),
  },
  components: {
    schemas,
    responses: storeProblems,
    securitySchemes: {
      token: { type: 'http', scheme: 'bearer', description: 'WORKBENCH_TOKEN, where it is set.' },
    },
  },
} as const
