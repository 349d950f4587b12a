import type { IncomingMessage, ServerResponse } from 'node:http'
import { Server } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { MeterProvider, Tracer, TracerProvider } from '@opentelemetry/api'
import { context as contextApi, diag, SpanKind, trace } from '@opentelemetry/api'
import type { RPCMetadata } from '@opentelemetry/core'
import { RPCType, setRPCMetadata, suppressTracing } from '@opentelemetry/core'
import { BoundaryTracerProvider } from '../boundary/boundary-tracer-provider.ts'
import type { DecideInbound } from '../boundary/compile-inbound.ts'
import { getCrossing } from '../boundary/crossing.ts'
import { announceRoot } from '../boundary/forward-link.ts'
import { extractBy } from '../boundary/inbound-decisions.ts'
import type { OwningSpanOptions } from '../spans/owned-attributes.ts'
import { OWNED } from '../spans/owned-attributes.ts'
import { bindExchange, endWithExchange, watchListeners } from './exchange.ts'
import { REQUEST_ROOT } from './request-context.ts'
import { ServerAttributes } from './server-attributes.ts'
import type { TimeRequest } from './server-duration.ts'
import { timeRequests } from './server-duration.ts'
import { ServerSpan } from './server-span.ts'

/** What the spans of incoming requests are made by. */
export interface ServerOptions {
  /** Name and version of the instrumentation scope. */
  readonly scope: { readonly name: string; readonly version: string }
  /** How a request's trace context is used. */
  readonly decide: DecideInbound
  /** Whether a request target makes no spans. */
  readonly isUntraced: (target: string) => boolean
  /** Linked roots answer trusted callers with their ids. */
  readonly forwardLinks: boolean
}

type Emit = (this: Server | HttpsServer, event: string | symbol, ...args: unknown[]) => boolean

/**
 * Makes the SERVER spans of `node:http` and `node:https`: those of `@opentelemetry/instrumentation-http`, attribute by
 * attribute, at a fraction of its cost. See decisions/012-http-fast-path.md.
 */
export class ServerInstrumentation {
  readonly instrumentationName: string
  readonly instrumentationVersion: string
  readonly #options: ServerOptions
  #tracer: Tracer
  #time: TimeRequest | undefined
  /** What emits requests, by the scheme they come by. */
  readonly #prototypes = new Map<'http' | 'https', { emit: Emit }>([['http', Server.prototype]])
  readonly #disable: (() => void)[] = []

  constructor(options: ServerOptions) {
    this.#options = options
    this.instrumentationName = options.scope.name
    this.instrumentationVersion = options.scope.version
    this.#tracer = trace.getTracer(this.instrumentationName, this.instrumentationVersion)
  }

  setTracerProvider(provider: TracerProvider): void {
    const { name, version } = this.#options.scope
    this.#tracer = new BoundaryTracerProvider(provider).getTracer(name, version)
  }

  setMeterProvider(provider: MeterProvider): void {
    const { name, version } = this.#options.scope
    this.#time = timeRequests(provider, name, version)
  }

  /** There is nothing to configure later: all is in the constructor's options. */
  setConfig(): void {}

  getConfig(): { enabled: boolean } {
    return { enabled: this.#disable.length > 0 }
  }

  enable(): void {
    if (this.#disable.length > 0) return
    this.#disable.push(watchListeners())
    for (const [scheme, prototype] of this.#prototypes) this.#disable.push(this.#patch(prototype, scheme))
  }

  /** Whoever loads `node:https` tells: most services never do, and with TLS it is 2 MB. */
  addHttps({ prototype }: { readonly prototype: HttpsServer }): void {
    if (this.#prototypes.has('https')) return
    this.#prototypes.set('https', prototype)
    if (this.getConfig().enabled) this.#disable.push(this.#patch(prototype, 'https'))
  }

  disable(): void {
    for (const disable of this.#disable.splice(0)) disable()
  }

  /** Requests are what a server emits: those that Node answers by itself (400, 417, 503) never get there. */
  #patch(prototype: { emit: Emit }, scheme: 'http' | 'https'): () => void {
    const { emit } = prototype
    const attributes = new ServerAttributes(scheme)
    const serve = this.#serve.bind(this, attributes, emit)
    let isEnabled = true
    function emitTraced(this: Server | HttpsServer, event: string | symbol, ...args: unknown[]): boolean {
      if (event !== 'request' || !isEnabled) return emit.call(this, event, ...args)
      return serve(this, args[0] as IncomingMessage, args[1] as ServerResponse)
    }
    prototype.emit = emitTraced
    return () => {
      isEnabled = false
      // Whoever has patched it since goes on with it.
      if (prototype.emit === emitTraced) prototype.emit = emit
    }
  }

  #serve(
    serverAttributes: ServerAttributes,
    emit: Emit,
    server: Server | HttpsServer,
    request: IncomingMessage,
    response: ServerResponse,
  ): boolean {
    const { isUntraced } = this.#options
    if (isUntraced(request.url ?? '/')) {
      const context = suppressTracing(contextApi.active())
      bindExchange(request, response, context)
      return contextApi.with(context, emit, server, 'request', request, response)
    }
    const serverSpan = this.#start(serverAttributes, request, response)
    if (serverSpan === undefined) return emit.call(server, 'request', request, response)
    try {
      // Without a `this`, which would be bound to it first.
      return contextApi.with(serverSpan.context, Reflect.apply, undefined, emit, server, [
        'request',
        request,
        response,
      ])
    } catch (error) {
      serverSpan.fail(error)
      throw error
    }
  }

  /** Nothing that goes wrong here, in a sampler say, is the request's to suffer from: it goes without a span. */
  #start(
    serverAttributes: ServerAttributes,
    request: IncomingMessage,
    response: ServerResponse,
  ): ServerSpan | undefined {
    const { decide, forwardLinks } = this.#options
    try {
      const extracted = extractBy(decide(request), REQUEST_ROOT, request.headers)
      const attributes = serverAttributes.of(request)
      const options: OwningSpanOptions = { kind: SpanKind.SERVER, attributes, [OWNED]: true }
      const span = this.#tracer.startSpan(request.method || 'GET', options, extracted)
      const metadata: RPCMetadata = { type: RPCType.HTTP, span }
      const context = setRPCMetadata(trace.setSpan(extracted, span), metadata)
      const serverSpan = new ServerSpan(
        request,
        response,
        metadata,
        context,
        this.#time?.(attributes, context),
      )
      bindExchange(request, response, context)
      endWithExchange(response, serverSpan)
      if (forwardLinks && getCrossing(extracted)?.trusted) announceRoot(response, span.spanContext())
      return serverSpan
    } catch (error) {
      diag.error('A request goes without a span, as it could not be started.', error)
      return undefined
    }
  }
}
