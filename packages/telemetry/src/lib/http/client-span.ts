import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { Exception, Span } from '@opentelemetry/api'
import { SpanStatusCode } from '@opentelemetry/api'
import { linkToCallee } from '../boundary/callee-link.ts'
import { monotonicMillis } from '../spans/monotonic-millis.ts'
import type { CallEnd, ObserveCall } from './client-duration.ts'
import type { OpenResponse } from './open-responses.ts'
import { LOOK_INTERVAL } from './open-responses.ts'
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_NETWORK_PEER_ADDRESS,
  ATTR_NETWORK_PEER_PORT,
  ATTR_NETWORK_PROTOCOL_VERSION,
} from './semantic-conventions.ts'

/** Milliseconds without a byte that undici allows a body whose reader waits, unless it is told otherwise. */
const BODY_TIMEOUT = 300_000

/** What a connection is asked: HTTP/2's may be another than the one with the address. */
type Connection = Socket & { readonly alpnProtocol?: string | false | null }

/** The open span of one request that undici sends. */
export class ClientSpan implements CallEnd, OpenResponse {
  readonly #span: Span
  readonly #observe: ObserveCall | undefined
  readonly #mayLink: boolean
  /** How often in a row nothing may have come before nobody is there to read it. */
  readonly #patience: number
  #isOpen = true
  #socket: Socket | undefined
  #bytesRead: number | undefined
  /** When there were bytes that had not been there before, by `performance.now()`. */
  #seenAt = 0
  #looksInVain = 0
  previous: OpenResponse | undefined = undefined
  next: OpenResponse | undefined = undefined
  statusCode: number | undefined = undefined
  errorType: string | undefined = undefined
  protocolVersion: string | undefined = undefined

  /**
   * @param mayLink whether what answers may be in traces of ours, and be linked to
   * @param bodyTimeout of the request: milliseconds between two parts of a body, 0 for ever
   */
  constructor(
    span: Span,
    observe: ObserveCall | undefined,
    mayLink: boolean,
    bodyTimeout: number | null | undefined,
  ) {
    this.#span = span
    this.#observe = observe
    this.#mayLink = mayLink
    this.#patience =
      bodyTimeout === 0
        ? Number.POSITIVE_INFINITY
        : Math.ceil(Math.max(bodyTimeout ?? 0, BODY_TIMEOUT) / LOOK_INTERVAL)
  }

  /** The head of the request is about to be written; once more where undici sends it again by another connection. */
  send(socket: Connection): void {
    if (!this.#isOpen) return
    const { remoteAddress, remotePort } = socket
    this.#socket = socket
    this.protocolVersion = socket.alpnProtocol === 'h2' ? '2' : '1.1'
    // A socket that is gone has no peer any more.
    if (remoteAddress !== undefined) this.#span.setAttribute(ATTR_NETWORK_PEER_ADDRESS, remoteAddress)
    if (remotePort !== undefined) this.#span.setAttribute(ATTR_NETWORK_PEER_PORT, remotePort)
    this.#span.setAttribute(ATTR_NETWORK_PROTOCOL_VERSION, this.protocolVersion)
  }

  /**
   * The head of a response is there: of the final one, or of one before it (1xx).
   *
   * @returns whether it is to be looked after
   */
  answer(statusCode: number, headers: IncomingHttpHeaders | readonly (Uint8Array | string)[]): boolean {
    if (!this.#isOpen) return false
    this.statusCode = statusCode
    if (this.#mayLink) linkToCallee(this.#span, headers)
    this.#span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode)
    if (statusCode >= 400) {
      this.errorType = String(statusCode)
      this.#span.setAttribute(ATTR_ERROR_TYPE, this.errorType)
      this.#span.setStatus({ code: SpanStatusCode.ERROR })
    }
    this.#seenAt = monotonicMillis()
    this.#bytesRead = this.#socket?.bytesRead
    return this.#bytesRead !== undefined
  }

  isOpenAt(now: number): boolean {
    const bytesRead = this.#socket?.bytesRead
    if (bytesRead !== this.#bytesRead) {
      this.#bytesRead = bytesRead
      this.#seenAt = now
      this.#looksInVain = 0
      // Looks, not time: a machine that slept, or an event loop that was held up, has read nothing meanwhile.
    } else if (++this.#looksInVain >= this.#patience) this.finish(this.#seenAt)
    return this.#isOpen
  }

  /** The response is over. @param at when it was, by `performance.now()`; now unless given */
  finish(at?: number): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#span.end(at)
    this.#observe?.(this, at)
  }

  /** There is no response, or not all of it. To give up is no error. */
  fail(error: unknown): void {
    if (!this.#isOpen) return
    if (!isAbort(error)) {
      const { code, name, message }: Partial<Exception & Error & { code: unknown }> = Object(error)
      // Codes of DOMExceptions are numbers.
      this.errorType = typeof code === 'string' && code !== '' ? code : name || 'Error'
      this.#span.setAttribute(ATTR_ERROR_TYPE, this.errorType)
      this.#span.recordException(error as Exception)
      this.#span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) })
    }
    this.finish()
  }
}

function isAbort(error: unknown): boolean {
  const { name }: Partial<Error> = Object(error)
  return name === 'AbortError' || (error instanceof DOMException && error.code === DOMException.ABORT_ERR)
}
