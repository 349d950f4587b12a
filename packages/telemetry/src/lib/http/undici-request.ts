import type { IncomingHttpHeaders } from 'node:http'
import type { UndiciRequest as OutgoingRequest } from '../propagation/outgoing-undici.ts'
import type { ClientSpan } from './client-span.ts'

/** A request as undici tells of it on its channels. */
export interface UndiciRequest extends OutgoingRequest {
  readonly method: string
  /** With its query; in absolute form where it is for a proxy. */
  readonly path: string
  readonly origin: string | URL | undefined
  /** Milliseconds between two parts of a body, 0 for ever; none where the dispatcher's are meant. */
  readonly bodyTimeout?: number | null
  /** Under a symbol of each instrumentation. */
  [span: symbol]: ClientSpan | undefined
}

/** The head of a response, informational ones (1xx) included. */
export interface UndiciResponse {
  readonly statusCode: number
  /** Names and values in turn; by name where it came by HTTP/2. */
  readonly headers: IncomingHttpHeaders | readonly (Uint8Array | string)[]
}
