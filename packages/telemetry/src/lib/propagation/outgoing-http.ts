import type { ClientRequest, OutgoingHttpHeaders, RequestOptions } from 'node:http'
import type { Context, Span, TextMapPropagator } from '@opentelemetry/api'
import { trace } from '@opentelemetry/api'
import { outdatedBy, replaceFields } from '../links/replace-fields.ts'
import { withhold } from './withheld.ts'

/** On headers about to be sent: whether context may go with them. Symbols are copied with them, and never sent. */
const MAY_PROPAGATE = Symbol('linked_traces.may_propagate')

interface HeadersToSend {
  [MAY_PROPAGATE]?: boolean
}

/**
 * Has the headers in a request's options tell the propagator what they are. A list of headers becomes an object: the
 * instrumentation of `node:http` would take its positions for names.
 */
export function markHeaders(options: RequestOptions, mayPropagate: boolean): void {
  const { headers } = options
  const given: OutgoingHttpHeaders | undefined = isList(headers) ? headersOfList(headers) : headers
  options.headers = Object.assign({}, given, { [MAY_PROPAGATE]: mayPropagate })
}

/** Whether a carrier is the headers of a request that {@link markHeaders} has seen. */
export function isMarked(carrier: unknown): carrier is HeadersToSend {
  return typeof carrier === 'object' && carrier !== null && MAY_PROPAGATE in carrier
}

/** What has been written into a request, by its CLIENT span. An entry goes with its span. */
const written = new WeakMap<Span, ReadonlyMap<string, string>>()

/** Writes a context into marked headers, in place of what the caller has set of it. */
export function injectMarked(context: Context, headers: HeadersToSend, propagator: TextMapPropagator): void {
  const span = trace.getSpan(context)
  const mayPropagate = headers[MAY_PROPAGATE]
  delete headers[MAY_PROPAGATE]
  if (!mayPropagate) {
    if (span !== undefined) withhold(span)
    return
  }
  const fields = new Map<string, string>()
  propagator.inject(context, fields, { set: (map, name, value) => map.set(name, value) })
  replaceFields(headers, fields)
  if (span !== undefined) written.set(span, fields)
}

const fieldsToKeep = Symbol('linked_traces.fields_to_keep')
const stockImplicitHeader = Symbol('linked_traces.stock_implicit_header')

/** A request of `node:http`: every way of sending the head that was not sent at once ends in this method. */
interface KeepingRequest extends ClientRequest {
  _implicitHeader?(): void
  [fieldsToKeep]?: ReadonlyMap<string, string>
  [stockImplicitHeader]?: () => void
}

/** Has a request sent with what was written into it, also where the caller sets headers later (a proxy that copies them). */
export function keepWritten(span: Span, request: KeepingRequest): void {
  const fields = written.get(span)
  if (!fields?.size || request.headersSent || request._implicitHeader === undefined) return
  request[fieldsToKeep] = fields
  request[stockImplicitHeader] = request._implicitHeader
  request._implicitHeader = implicitHeaderWithFields
}

/** One function for all requests. */
function implicitHeaderWithFields(this: KeepingRequest): void {
  const fields = this[fieldsToKeep]
  if (fields !== undefined && !this.headersSent) {
    for (const name of outdatedBy(fields)) {
      const value = fields.get(name)
      if (value === undefined) this.removeHeader(name)
      else if (this.getHeader(name) !== value) this.setHeader(name, value)
    }
  }
  this[stockImplicitHeader]?.()
}

/** `rawHeaders`, or a list of pairs; of headers that come twice, both values under the first name. */
function headersOfList(list: readonly unknown[]): OutgoingHttpHeaders {
  const headers = new Map<string, { name: string; values: string[] }>()
  for (const [key, value] of list.every(Array.isArray) ? list : pairsOf(list)) {
    const name = String(key)
    const found = headers.get(name.toLowerCase()) ?? { name, values: [] }
    found.values.push(...(Array.isArray(value) ? value : [value]))
    headers.set(name.toLowerCase(), found)
  }
  // Not always lists: Node refuses those for `host` and some others.
  return Object.fromEntries(
    Array.from(headers.values(), ({ name, values }) => [name, values.length === 1 ? values[0] : values]),
  )
}

function isList(headers: RequestOptions['headers']): headers is readonly string[] {
  return Array.isArray(headers)
}

function pairsOf(list: readonly unknown[]): [unknown, unknown][] {
  const pairs: [unknown, unknown][] = []
  for (let index = 0; index < list.length; index += 2) pairs.push([list[index], list[index + 1]])
  return pairs
}
