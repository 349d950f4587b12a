import type { IncomingMessage, ServerResponse } from 'node:http'
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
  readonly requestEmit: Emit
  readonly responseEmit: Emit
  /** The innermost. A request that one server passes on to another in the same process has several. */
  span: OpenSpan | undefined
}

/**
 * Has all listeners of a request and its response run in a context, whoever emits: a connection's events come from its
 * parser, which knows of no request. A request that is bound already stays as it is.
 *
 * By `emit`, not by wrapping each listener as it is added: two functions for all requests in place of eight closures for
 * each, and one more for every listener. Events without listeners cost a look.
 */
export function bindExchange(request: IncomingMessage, response: ServerResponse, context: Context): void {
  const incoming: Bound = request
  const outgoing: Bound = response
  if (outgoing[EXCHANGE] !== undefined) return
  const exchange: Exchange = {
    context,
    requestEmit: incoming.emit,
    responseEmit: outgoing.emit,
    span: undefined,
  }
  incoming[EXCHANGE] = exchange
  incoming.emit = emitOfRequest
  outgoing[EXCHANGE] = exchange
  outgoing.emit = emitOfResponse
}

/** Ends a span with the response of a bound exchange; `false` where there is none. */
export function endWithExchange(response: ServerResponse, span: OpenSpan): boolean {
  const { [EXCHANGE]: exchange }: Bound = response
  if (exchange === undefined) return false
  span.outer = exchange.span
  exchange.span = span
  return true
}

function emitOfRequest(this: Bound, event: string | symbol, ...args: unknown[]): boolean {
  const exchange = this[EXCHANGE] as Exchange
  return emitIn(exchange.context, this, exchange.requestEmit, event, args)
}

function emitOfResponse(this: Bound, event: string | symbol, ...args: unknown[]): boolean {
  const exchange = this[EXCHANGE] as Exchange
  if (event === 'close') for (let { span } = exchange; span !== undefined; span = span.outer) span.finish()
  else if (event === 'error') {
    for (let { span } = exchange; span !== undefined; span = span.outer) span.fail(args[0])
  }
  return emitIn(exchange.context, this, exchange.responseEmit, event, args)
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
