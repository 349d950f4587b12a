import type { SpanContext } from '@opentelemetry/api'
import { type Carrier, carrierValues } from './carrier.ts'
import { trimOptionalWhitespace } from './optional-whitespace.ts'
import { formatTraceparent, parseTraceparent } from './traceparent.ts'

/**
 * The value by which a response names the span that answered: `00-<trace id>-<span id>-<flags>`. It is the
 * value of the header `traceresponse`, and the description of the `trace` metric in `server-timing:
 * trace;desc=<value>`, where it needs no quotes.
 *
 * Source: W3C Trace Context level 3 (draft), section "Trace Context Metric"; the header is from earlier
 * drafts.
 */
export function formatTraceResponse(spanContext: SpanContext): string {
  return formatTraceparent(spanContext)
}

/**
 * The remote span context in a value written by {@link formatTraceResponse}, or `undefined` if it is invalid.
 */
export function parseTraceResponse(value: string): SpanContext | undefined {
  return parseTraceparent(value)
}

/**
 * The span of the service that answered, from the headers of its response: `traceresponse` if there is a
 * single valid one, else the first valid `trace` metric of `server-timing`. Never throws.
 */
export function calleeOf(responseHeaders: Carrier): SpanContext | undefined {
  const [traceResponse, ...others] = carrierValues(responseHeaders, 'traceresponse')
  const named =
    traceResponse !== undefined && others.length === 0 ? parseTraceResponse(traceResponse) : undefined
  return named ?? parseServerTiming(carrierValues(responseHeaders, 'server-timing').join(','))
}

/**
 * The span context in the first valid `trace` metric of a `server-timing` list.
 *
 * Source: W3C Server Timing, section "The Server-Timing Header Field": names in any case, a parameter's value
 * is a token or a quoted string, and only the first of several parameters with one name counts.
 */
function parseServerTiming(list: string): SpanContext | undefined {
  for (const metric of splitOutsideQuotes(list, ',')) {
    const [name, ...parameters] = splitOutsideQuotes(metric, ';').map(trimOptionalWhitespace)
    if (name?.toLowerCase() !== 'trace') continue
    const description = parameters.map(nameAndValue).find(([parameter]) => parameter === 'desc')?.[1]
    const spanContext = description === undefined ? undefined : parseTraceResponse(description)
    if (spanContext !== undefined) return spanContext
  }
  return undefined
}

function nameAndValue(parameter: string): [name: string, value: string] {
  const equals = parameter.indexOf('=')
  if (equals === -1) return [parameter.toLowerCase(), '']
  const name = trimOptionalWhitespace(parameter.slice(0, equals)).toLowerCase()
  const value = trimOptionalWhitespace(parameter.slice(equals + 1))
  const quoted = QUOTED_STRING.exec(value)?.[1]
  return [name, quoted === undefined ? value : quoted.replaceAll(QUOTED_PAIR, '$1')]
}

/** `quoted-string` and `quoted-pair` of RFC 9110 section 5.6.4. */
const QUOTED_STRING = /^"((?:[^"\\]|\\.)*)"/s
const QUOTED_PAIR = /\\(.)/gs

function splitOutsideQuotes(text: string, delimiter: ',' | ';'): string[] {
  const parts: string[] = []
  let start = 0
  let quoted = false
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index]
    if (char === '"') quoted = !quoted
    else if (quoted && char === '\\') index += 1
    else if (!quoted && char === delimiter) {
      parts.push(text.slice(start, index))
      start = index + 1
    }
  }
  return [...parts, text.slice(start)]
}
