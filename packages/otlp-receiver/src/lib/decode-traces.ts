import type { DecodedTraces } from './decoded-traces.ts'
import type { Encoding } from './encoding.ts'
import { parseTraceRequest } from './json/parse-trace-request.ts'
import { readTraceRequest } from './protobuf/read-trace-request.ts'

/**
 * Decodes an uncompressed trace export. Pure: bytes in, spans out, on whichever thread.
 *
 * A span that cannot be kept (its ids, a text that is not Unicode, a value nested too deep) is left out alone and counted
 * in `rejectedSpans`. Throws UndecodableError when the body as a whole is not what `encoding` says, TooLargeError when it
 * holds more than 4,194,304 messages (an attribute, an event, a link, …).
 */
export const decodeTraces = (body: Uint8Array, encoding: Encoding): DecodedTraces =>
  encoding === 'protobuf' ? readTraceRequest(body) : parseTraceRequest(body)
