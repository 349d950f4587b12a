import type { ChannelListener } from 'node:diagnostics_channel'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import type { MeterProvider, Tracer, TracerProvider } from '@opentelemetry/api'
import { context as contextApi, diag, SpanKind, trace } from '@opentelemetry/api'
import { injectUndici } from '../propagation/outgoing-undici.ts'
import type { MayPropagate } from '../propagation/propagate-to.ts'
import { targetOfOrigin } from '../propagation/propagate-to.ts'
import type { OwningSpanOptions } from '../spans/owned-attributes.ts'
import { OWNED } from '../spans/owned-attributes.ts'
import { clientAttributes } from './client-attributes.ts'
import type { TimeCall } from './client-duration.ts'
import { timeCalls } from './client-duration.ts'
import { ClientOrigins } from './client-origins.ts'
import { ClientSpan } from './client-span.ts'
import { knownMethod } from './known-method.ts'
import { OpenResponses } from './open-responses.ts'
import type { UndiciRequest, UndiciResponse } from './undici-request.ts'

/** What the spans of requests that undici sends are made by. */
export interface ClientOptions {
  /** Name and version of the instrumentation scope. */
  readonly scope: { readonly name: string; readonly version: string }
  /** Where context is sent to. */
  readonly mayPropagate: MayPropagate
  /** Spans link to the linked root that their response names. */
  readonly forwardLinks: boolean
}

interface Sent {
  readonly request: UndiciRequest
  readonly socket: Socket
}

interface Answered {
  readonly request: UndiciRequest
  readonly response: UndiciResponse
}

interface Failed {
  readonly request: UndiciRequest
  readonly error: unknown
}

/**
 * Makes the CLIENT spans of undici, global `fetch` included: those of `@opentelemetry/instrumentation-undici`, attribute
 * by attribute, at a fraction of its cost, and with its defects mended. See decisions/016-undici-fast-path.md.
 */
export class ClientInstrumentation {
  readonly instrumentationName: string
  readonly instrumentationVersion: string
  readonly #options: ClientOptions
  readonly #origins: ClientOrigins
  readonly #responses = new OpenResponses()
  /** Where a request has its span: its own object is looked up quicker than a WeakMap. */
  readonly #spanOf = Symbol('linked_traces.client_span')
  readonly #channels: readonly [name: string, listener: ChannelListener][]
  #tracer: Tracer
  #time: TimeCall | undefined
  #isEnabled = false

  constructor(options: ClientOptions) {
    this.#options = options
    this.#origins = new ClientOrigins(options.mayPropagate)
    this.instrumentationName = options.scope.name
    this.instrumentationVersion = options.scope.version
    this.#tracer = trace.getTracer(this.instrumentationName, this.instrumentationVersion)
    this.#channels = [
      ['undici:request:create', (message) => this.#start((message as Sent).request)],
      ['undici:client:sendHeaders', (message) => this.#send(message as Sent)],
      ['undici:request:headers', (message) => this.#answer(message as Answered)],
      ['undici:request:trailers', (message) => this.#finish((message as Sent).request)],
      ['undici:request:error', (message) => this.#fail(message as Failed)],
    ]
  }

  setTracerProvider(provider: TracerProvider): void {
    const { name, version } = this.#options.scope
    this.#tracer = provider.getTracer(name, version)
  }

  setMeterProvider(provider: MeterProvider): void {
    const { name, version } = this.#options.scope
    this.#time = timeCalls(provider, name, version)
  }

  /** There is nothing to configure later: all is in the constructor's options. */
  setConfig(): void {}

  getConfig(): { enabled: boolean } {
    return { enabled: this.#isEnabled }
  }

  enable(): void {
    if (this.#isEnabled) return
    this.#isEnabled = true
    for (const [name, listener] of this.#channels) subscribe(name, listener)
  }

  disable(): void {
    if (!this.#isEnabled) return
    this.#isEnabled = false
    for (const [name, listener] of this.#channels) unsubscribe(name, listener)
    this.#responses.clear()
  }

  /** Nothing that goes wrong here, in a sampler say, is the request's to suffer from: a channel ends the process for it. */
  #start(request: UndiciRequest): void {
    // A tunnel is no request of the application's: what goes through it is.
    if (request.method === 'CONNECT') return
    try {
      this.#startSpan(request)
    } catch (error) {
      diag.error('The span of a request could not be started, or its context not be sent along.', error)
    }
  }

  #startSpan(request: UndiciRequest): void {
    const origin = this.#origins.of(request.origin)
    const attributes = clientAttributes(request, origin)
    if (attributes === undefined) {
      diag.warn(`A request goes without a span, as its URL cannot be told: ${request.path}`)
      return
    }
    const observe = this.#time?.(attributes)
    const method = knownMethod(request.method)
    const active = contextApi.active()
    const options: OwningSpanOptions = { kind: SpanKind.CLIENT, attributes, [OWNED]: true }
    const span = this.#tracer.startSpan(method === '_OTHER' ? 'HTTP' : method, options, active)
    // In absolute form (for a proxy) a path says itself where it goes.
    const mayPropagate =
      origin !== undefined && request.path.startsWith('/')
        ? origin.mayPropagate
        : this.#options.mayPropagate(() => targetOfOrigin(request.origin, request.path))
    // A span that nobody records has nothing to be told.
    if (observe !== undefined || span.isRecording()) {
      const mayLink = mayPropagate && this.#options.forwardLinks
      request[this.#spanOf] = new ClientSpan(span, observe, mayLink, request.bodyTimeout)
    }
    if (mayPropagate) injectUndici(trace.setSpan(active, span), request)
  }

  #send({ request, socket }: Sent): void {
    request[this.#spanOf]?.send(socket)
  }

  #answer({ request, response }: Answered): void {
    const span = request[this.#spanOf]
    if (span?.answer(response.statusCode, response.headers)) this.#responses.add(span)
  }

  #finish(request: UndiciRequest): void {
    this.#take(request)?.finish()
  }

  #fail({ request, error }: Failed): void {
    this.#take(request)?.fail(error)
  }

  /** The span of a request that is over. The request is without it from now on: V8 keeps those of `fetch` for long. */
  #take(request: UndiciRequest): ClientSpan | undefined {
    const span = request[this.#spanOf]
    if (span === undefined) return undefined
    request[this.#spanOf] = undefined
    this.#responses.delete(span)
    return span
  }
}
