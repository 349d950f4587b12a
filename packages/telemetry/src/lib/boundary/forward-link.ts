import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { SpanContext } from '@opentelemetry/api'
import { isSpanContextValid } from '@opentelemetry/api'
import { formatTraceResponse } from '../links/trace-response.ts'

const TRACE_RESPONSE = 'traceresponse'
const SERVER_TIMING = 'server-timing'

/** What `writeHead` takes as headers: an object, a flat list of names and values, or (undocumented) a list of pairs. */
type GivenHeaders = OutgoingHttpHeaders | OutgoingHttpHeader[] | HeaderPair[]

type WriteHead = (
  this: ServerResponse,
  statusCode: number,
  reason?: string | GivenHeaders,
  headers?: GivenHeaders,
) => ServerResponse

type HeaderPair = [name: string, value: OutgoingHttpHeader]

/**
 * Has a response name the new root that answers it, in `traceresponse` and in the `trace` metric of `server-timing`
 * (W3C Trace Context level 3, draft). Metrics of the application's own stay, behind ours; a `traceresponse` of its own
 * does not: it came with headers copied from somewhere else, and names a span that did not write this response.
 *
 * Every way to send a final response ends in `writeHead`, implicit headers and `flushHeaders` included; informational
 * responses (1xx) do not. What `getHeader` tells before is the application's alone.
 */
export function announceRoot(response: ServerResponse, root: SpanContext): void {
  if (!isSpanContextValid(root)) return
  const value = formatTraceResponse(root)
  const writeHead = response.writeHead as WriteHead
  response.writeHead = function writeHeadWithRoot(
    this: ServerResponse,
    statusCode: number,
    reason?: string | GivenHeaders,
    headers?: GivenHeaders,
  ): ServerResponse {
    const hasReason = typeof reason === 'string'
    const given = hasReason ? headers : (headers ?? reason)
    const all = addRoot(this, given, value)
    return hasReason ? writeHead.call(this, statusCode, reason, all) : writeHead.call(this, statusCode, all)
  }
}

function addRoot(response: ServerResponse, given: GivenHeaders | undefined, value: string): GivenHeaders {
  const metric = `trace;desc=${value}`
  const earlier = response.getHeader(SERVER_TIMING)
  if (!Array.isArray(given)) return addRootToObject(given, value, metric, earlier)
  if (isPairs(given)) return addRootToPairs(given, value, metric, earlier)
  // A name without a value is Node's to refuse.
  if (given.length % 2 === 1) return given
  return addRootToPairs(toPairs(given), value, metric, earlier).flat()
}

function addRootToObject(
  given: OutgoingHttpHeaders | undefined,
  value: string,
  metric: string,
  earlier: OutgoingHttpHeader | undefined,
): OutgoingHttpHeaders {
  const all: OutgoingHttpHeaders = { ...given }
  let own = earlier
  for (const name of Object.keys(all)) {
    const isTiming = isName(name, SERVER_TIMING)
    if (isTiming) own = all[name]
    if (isTiming || isName(name, TRACE_RESPONSE)) delete all[name]
  }
  all[TRACE_RESPONSE] = value
  all[SERVER_TIMING] = prepend(metric, own)
  return all
}

/** In a list a name may come several times. What was set before goes with the first of them, so it is given again. */
function addRootToPairs(
  given: readonly HeaderPair[],
  value: string,
  metric: string,
  earlier: OutgoingHttpHeader | undefined,
): HeaderPair[] {
  const own = given.filter(([name]) => !isName(name, TRACE_RESPONSE))
  const replaced = own.some(([name]) => isName(name, SERVER_TIMING)) ? undefined : earlier
  return [[TRACE_RESPONSE, value], [SERVER_TIMING, prepend(metric, replaced)], ...own]
}

/** A head that failed (an invalid status message, say) may be written again: the metric is there already. */
function prepend(metric: string, own: OutgoingHttpHeader | undefined): string | string[] {
  if (own === undefined || own === '' || own === null) return metric
  if (String(own).startsWith(metric)) return Array.isArray(own) ? own : String(own)
  return Array.isArray(own) ? [metric, ...own] : `${metric}, ${own}`
}

function isPairs(headers: OutgoingHttpHeader[] | HeaderPair[]): headers is HeaderPair[] {
  return Array.isArray(headers[0])
}

function toPairs(headers: readonly OutgoingHttpHeader[]): HeaderPair[] {
  const pairs: HeaderPair[] = []
  for (let index = 0; index + 1 < headers.length; index += 2) {
    pairs.push([headers[index] as string, headers[index + 1] as OutgoingHttpHeader])
  }
  return pairs
}

function isName(name: unknown, wanted: string): boolean {
  return typeof name === 'string' && name.length === wanted.length && name.toLowerCase() === wanted
}
