import { IncomingMessage, ServerResponse } from 'node:http'
import type { Context } from '@opentelemetry/api'
import { context as contextApi } from '@opentelemetry/api'

const EXCHANGE = Symbol('linked_traces.exchange')

type Emit = (event: string | symbol, ...args: unknown[]) => boolean

/** What ends with a response. */
export interface OpenSpan {
  /** The response has been sent, or cut off. */
  finish(): void
  /** The response emitted an error. */
  fail(error: unknown): void
  /** Another one that ends with the same response, afterwards. */
  outer: OpenSpan | undefined
}

interface Bound {
  [EXCHANGE]?: Exchange
  emit: Emit
  listenerCount(event: string | symbol): number
}

/** A request and its response, and what ends with it. */
interface Exchange {
  readonly context: Context
  readonly responseEmit: Emit
  /** There once somebody listens to the request. */
  requestEmit: Emit | undefined
  /** Whether somebody besides Node listens to the response. */
  isHeard: boolean
  /** The response emits to Node alone: who begins to listen meanwhile is Node, too. */
  isWithNode: boolean
  /** The innermost. A request that one server passes on to another in the same process has several. */
  span: OpenSpan | undefined
}

/**
 * Has all listeners of a request and its response run in a context, whoever emits: a connection's events come from its
 * parser, which knows of no request. A request that is bound already stays as it is.
 *
 * By `emit`, not by wrapping each listener as it is added: two functions for all requests in place of eight closures for
 * each, and one more for every listener. A request has its own only when somebody listens, as {@link watchListeners} tells:
 * most have no body to wait for, and what Node tells itself needs no context.
 */
export function bindExchange(request: IncomingMessage, response: ServerResponse, context: Context): void {
  const incoming: Bound = request
  const outgoing: Bound = response
  if (outgoing[EXCHANGE] !== undefined) return
  const exchange: Exchange = {
    context,
    responseEmit: outgoing.emit,
    requestEmit: undefined,
    // Those of an application's own class may have listeners of it from the start.
    isHeard: response.constructor !== ServerResponse,
    isWithNode: false,
    span: undefined,
  }
  incoming[EXCHANGE] = exchange
  outgoing[EXCHANGE] = exchange
  outgoing.emit = emitOfResponse
  if (request.constructor !== IncomingMessage) bindRequest(incoming, exchange)
}

/** Ends a span with the response of a bound exchange; `false` where there is none. */
export function endWithExchange(response: ServerResponse, span: OpenSpan): boolean {
  const { [EXCHANGE]: exchange }: Bound = response
  if (exchange === undefined) return false
  span.outer = exchange.span
  exchange.span = span
  return true
}

/**
 * Has bound requests and responses notice who begins to listen to them.
 *
 * @returns what takes it back
 */
export function watchListeners(): () => void {
  const disable = [
    ...watch(IncomingMessage.prototype, bindRequest),
    ...watch(ServerResponse.prototype, (_response, exchange) => {
      exchange.isHeard = true
    }),
  ]
  return () => {
    for (const each of disable) each()
  }
}

/** All other ways of listening end in one of these. */
const LISTENS = ['on', 'addListener', 'prependListener'] as const

type Listen = (this: Bound, event: string | symbol, listener: (...args: unknown[]) => void) => unknown

function watch(
  prototype: IncomingMessage | ServerResponse,
  heard: (emitter: Bound, exchange: Exchange) => void,
): (() => void)[] {
  const methods = prototype as unknown as Record<(typeof LISTENS)[number], Listen>
  return LISTENS.map((name) => {
    const isOwn = Object.hasOwn(methods, name)
    const inherited = methods[name]
    const watched: Listen = function (event, listener) {
      const { [EXCHANGE]: exchange } = this
      if (exchange !== undefined && !exchange.isWithNode) heard(this, exchange)
      return inherited.call(this, event, listener)
    }
    methods[name] = watched
    return () => {
      // Whoever has patched it since goes on with it.
      if (methods[name] !== watched) return
      if (isOwn) methods[name] = inherited
      else Reflect.deleteProperty(methods, name)
    }
  })
}

function bindRequest(request: Bound, exchange: Exchange): void {
  if (exchange.requestEmit !== undefined) return
  exchange.requestEmit = request.emit
  request.emit = emitOfRequest
}

function emitOfRequest(this: Bound, event: string | symbol, ...args: unknown[]): boolean {
  const { context, requestEmit } = this[EXCHANGE] as Exchange
  return emitIn(context, this, requestEmit as Emit, event, args)
}

function emitOfResponse(this: Bound, event: string | symbol, ...args: unknown[]): boolean {
  const exchange = this[EXCHANGE] as Exchange
  if (event === 'close') for (let { span } = exchange; span !== undefined; span = span.outer) span.finish()
  else if (event === 'error') {
    for (let { span } = exchange; span !== undefined; span = span.outer) span.fail(args[0])
  }
  if (exchange.isHeard) return emitIn(exchange.context, this, exchange.responseEmit, event, args)
  exchange.isWithNode = true
  try {
    return exchange.responseEmit.call(this, event, ...args)
  } finally {
    exchange.isWithNode = false
  }
}

function emitIn(
  context: Context,
  emitter: Bound,
  emit: Emit,
  event: string | symbol,
  args: unknown[],
): boolean {
  // What a handler causes itself is in its context already: most of what has a listener.
  if (contextApi.active() === context) return emit.call(emitter, event, ...args)
  // An error that nobody listens to is thrown, to whoever emits it.
  if (event !== 'error' && emitter.listenerCount(event) === 0) return emit.call(emitter, event, ...args)
  return contextApi.with(context, emit, emitter, event, ...args)
}
