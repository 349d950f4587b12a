import type { ServerResponse } from 'node:http'
import { Problem } from '@linked-traces/service/problem'

/** Sends an answer that is JSON already; `missing` says what to throw when there is none. */
export function sendJson(
  response: ServerResponse,
  json: Uint8Array | undefined,
  missing: () => Problem = notStored,
): void {
  if (!json) throw missing()
  response.setHeader('content-type', 'application/json')
  response.setHeader('content-length', json.byteLength)
  response.end(json)
}

/** A 404 about a trace. */
export const traceNotFound = (traceId: string): Problem =>
  new Problem({
    status: 404,
    code: 'trace_not_found',
    detail: `No span of trace ${traceId} is stored. It may still be on its way: exporters send in batches.`,
  })

/** A 404 about a span. */
export const spanNotFound = (traceId: string, spanId: string): Problem =>
  new Problem({
    status: 404,
    code: 'span_not_found',
    detail: `Span ${spanId} of trace ${traceId} is not stored. It may still be on its way: exporters send in batches.`,
  })

const notStored = (): Problem =>
  new Problem({ status: 404, code: 'not_found', detail: 'There is nothing stored at this address.' })
