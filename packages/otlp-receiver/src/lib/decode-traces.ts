import { isUtf8 } from 'node:buffer'
import type { DecodedTraces } from './decoded-traces.ts'
import { parseTraceRequest } from './json/parse-trace-request.ts'
import type { Encoding } from './encoding.ts'
import { readTraceRequest } from './protobuf/read-trace-request.ts'
import { UndecodableError } from './undecodable-error.ts'

/** How deep values may nest where nobody says otherwise; Axiom's own bound, and that of most protobuf parsers. */
export const defaultDeepestValue = 100

/**
 * Decodes an uncompressed trace export. Pure: bytes in, spans out, on whichever thread.
 *
 * A span that cannot be kept (its ids, a text that is not Unicode, a value nested too deep) is left out alone and counted
 * in `rejectedSpans`. Throws UndecodableError when the body as a whole is not what `encoding` says.
 */
export const decodeTraces = (
  body: Uint8Array,
  encoding: Encoding,
  deepestValue = defaultDeepestValue,
): DecodedTraces => {
  if (encoding === 'protobuf') return readTraceRequest(body, deepestValue)
  assertUtf8(body)
  return parseTraceRequest(body, deepestValue)
}

/** JSON text is UTF-8 (RFC 8259, section 8.1). */
export const assertUtf8 = (body: Uint8Array): void => {
  if (!isUtf8(body)) throw new UndecodableError('Malformed OTLP/JSON: the body is not valid UTF-8.')
}
