import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Attributes, Context, Exception } from '@opentelemetry/api'
import { SpanStatusCode } from '@opentelemetry/api'
import type { RPCMetadata } from '@opentelemetry/core'
import type { OpenSpan } from './exchange.ts'
import { releaseSpan } from './request-context.ts'
import { ATTR_ERROR_TYPE, ATTR_HTTP_RESPONSE_STATUS_CODE, ATTR_HTTP_ROUTE } from './semantic-conventions.ts'

/** Takes the attributes that the end of a request adds, for a metric of them. */
export type ObserveEnd = (added: Attributes) => void

/** The open span of one request, as it is told at its end. */
export class ServerSpan implements OpenSpan {
  /** Of the span, and of everything that its request does. */
  readonly context: Context
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #metadata: RPCMetadata
  readonly #observe: ObserveEnd | undefined
  #isOpen = true
  outer: OpenSpan | undefined

  /** @param metadata with the span; frameworks write the route into it */
  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    metadata: RPCMetadata,
    context: Context,
    observe: ObserveEnd | undefined,
  ) {
    this.#request = request
    this.#response = response
    this.#metadata = metadata
    this.context = context
    this.#observe = observe
  }

  finish(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    const { span, route } = this.#metadata
    if (this.#observe !== undefined || span.isRecording()) {
      const { statusCode } = this.#response
      const failed = statusCode >= 500 && statusCode < 600 ? String(statusCode) : undefined
      // One by one: there is no object of them to make and to go through.
      span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode)
      if (route !== undefined) span.setAttribute(ATTR_HTTP_ROUTE, route)
      if (failed !== undefined) span.setAttribute(ATTR_ERROR_TYPE, failed)
      // A caller's mistake (4xx) is no failure of the server (http-spans.md, "Status").
      if (!(statusCode >= 100 && statusCode < 500)) span.setStatus({ code: SpanStatusCode.ERROR })
      if (route) span.updateName(`${this.#request.method || 'GET'} ${route}`)
      this.#observe?.({
        [ATTR_HTTP_RESPONSE_STATUS_CODE]: statusCode,
        ...(route !== undefined && { [ATTR_HTTP_ROUTE]: route }),
        ...(failed !== undefined && { [ATTR_ERROR_TYPE]: failed }),
      })
    }
    this.#end()
  }

  /** A listener of the request threw, or the response emitted an error. */
  fail(error: unknown): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    const { span } = this.#metadata
    const { name, message }: Partial<Error> = Object(error)
    const added: Attributes = name === undefined ? {} : { [ATTR_ERROR_TYPE]: name }
    span.setAttributes(added)
    span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) })
    span.recordException(error as Exception)
    this.#observe?.(added)
    this.#end()
  }

  #end(): void {
    const { span } = this.#metadata
    span.end()
    this.#metadata.span = releaseSpan(this.context, span)
  }
}
