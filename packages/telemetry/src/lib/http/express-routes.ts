import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api'
import { context as contextApi, SpanStatusCode, trace } from '@opentelemetry/api'
import { getRPCMetadata, RPCType } from '@opentelemetry/core'
import type { OwningSpanOptions } from '../spans/owned-attributes.ts'
import { OWNED } from '../spans/owned-attributes.ts'
import type { OpenSpan } from './exchange.ts'
import { endWithExchange } from './exchange.ts'
import { releaseSpan } from './request-context.ts'
import { RoutePath } from './route-path.ts'

const LAYER_PATH = Symbol('linked_traces.route_path')
const TRACED = Symbol('linked_traces.traced')

interface Request extends IncomingMessage {
  readonly originalUrl: string
  /** Where in the application's routers the request is. */
  [LAYER_PATH]?: RoutePath
}

type Next = (error?: unknown) => void
type Handle = (this: unknown, request: Request, response: ServerResponse, next: Next) => unknown

interface Layer {
  readonly name: string
  handle: Handle
  [TRACED]?: boolean
}

interface RouterPrototype {
  route(this: Router, path: unknown): unknown
  use(this: Router, ...given: unknown[]): unknown
}

interface Router extends RouterPrototype {
  readonly stack: Layer[]
}

/** What the `express` package exports, 4 and 5. */
export interface Express {
  readonly Router: RouterPrototype & { readonly prototype?: Partial<RouterPrototype> }
}

/** A tracer for the spans of request handlers; `undefined` where they get none. */
export type HandlerTracer = () => Tracer | undefined

/**
 * Has every layer that is added to an Express router tell the request's `http.route`, through the RPC metadata in the
 * context.
 *
 * @returns what takes it back: layers that were added meanwhile stay.
 */
export function traceRoutes({ Router }: Express, handlerTracer: HandlerTracer): () => void {
  const own = Router.prototype
  // In Express 4 the function itself is what routers inherit from.
  const prototype = typeof own?.route === 'function' ? (own as RouterPrototype) : Router
  const { route, use } = prototype
  prototype.route = function routeTraced(path) {
    const added = route.call(this, path)
    traceLast(this, path, handlerTracer)
    return added
  }
  prototype.use = function useTraced(...given) {
    const router = use.apply(this, given)
    traceLast(this, given[0], handlerTracer)
    return router
  }
  return () => Object.assign(prototype, { route, use })
}

function traceLast({ stack }: Router, path: unknown, handlerTracer: HandlerTracer): void {
  const layer = stack.at(-1)
  if (layer === undefined || layer[TRACED]) return
  layer[TRACED] = true
  // Whoever takes an error is no route of its request.
  if (layer.handle.length === 4) return
  layer.handle = withPropertiesOf(layer.handle, traced(layer, pathText(path), handlerTracer))
}

/** A path as it is told in routes: regular expressions as they are written, lists with commas; `undefined` for none. */
function pathText(path: unknown): string | undefined {
  if (Array.isArray(path)) return path.map((each) => pathText(each) ?? '').join(',')
  return typeof path === 'string' || typeof path === 'number' || path instanceof RegExp
    ? String(path)
    : undefined
}

/** Routers are functions with a `stack` and more, which others read and set. */
function withPropertiesOf(original: Handle, handle: Handle): Handle {
  for (const key in original) {
    Object.defineProperty(handle, key, {
      get: () => Reflect.get(original, key),
      set: (value) => Reflect.set(original, key, value),
      configurable: true,
      enumerable: true,
    })
  }
  return handle
}

function traced({ name, handle }: Layer, path: string | undefined, handlerTracer: HandlerTracer): Handle {
  if (name === 'router' || name === 'mounted_app') {
    return function handleRouter(request, response, next) {
      const outside = request[LAYER_PATH] ?? RoutePath.ROOT
      const inside = path === undefined ? outside : outside.child(path)
      tellRoute(request, inside, contextApi.active())
      request[LAYER_PATH] = inside
      return handle.call(this, request, response, (error) => {
        request[LAYER_PATH] = outside
        next(error)
      })
    }
  }
  const isHandler = name === 'handle' || name === 'bound dispatch'
  return function handleLayer(request, response, next) {
    const outside = request[LAYER_PATH] ?? RoutePath.ROOT
    const inside = path === undefined ? outside : outside.child(path)
    const context = contextApi.active()
    const route = tellRoute(request, inside, context)
    const tracer = isHandler ? handlerTracer() : undefined
    if (tracer === undefined || trace.getSpan(context) === undefined) {
      return handle.call(this, request, response, next)
    }
    const span = startHandlerSpan(tracer, inside.joined || path || '', route, context)
    return handleWithSpan(span, context, handle, this, request, response, next)
  }
}

function tellRoute(request: Request, path: RoutePath, context: Context): string | undefined {
  const route = path.routeOf(request.originalUrl)
  const metadata = getRPCMetadata(context)
  if (metadata?.type === RPCType.HTTP) {
    if (route === undefined) delete metadata.route
    else metadata.route = route
  }
  return route
}

function startHandlerSpan(tracer: Tracer, path: string, route: string | undefined, parent: Context): Span {
  const attributes: Attributes = { 'express.name': path, 'express.type': 'request_handler' }
  if (route !== undefined) attributes['http.route'] = route
  const options: OwningSpanOptions = { attributes, [OWNED]: true }
  return tracer.startSpan(`request handler - ${path}`, options, parent)
}

/** The span of a request handler lasts until it passes the request on, or the response is over. */
class HandlerSpan implements OpenSpan {
  /** Of the handler, and of everything that it does. */
  readonly context: Context
  #span: Span
  outer: OpenSpan | undefined

  constructor(span: Span, parent: Context) {
    this.#span = span
    this.context = trace.setSpan(parent, span)
  }

  finish(): void {
    if (!this.#span.isRecording()) return
    this.#span.end()
    this.#span = releaseSpan(this.context, this.#span)
  }

  /** The handler failed. */
  note(error: unknown): void {
    const recorded = error instanceof Error ? error : String(error)
    this.#span.recordException(recorded)
    this.#span.setStatus({
      code: SpanStatusCode.ERROR,
      message: recorded instanceof Error ? recorded.message : recorded,
    })
  }

  /** What the response says of an error is its SERVER span's to tell. */
  fail(): void {}
}

function handleWithSpan(
  span: Span,
  parent: Context,
  handle: Handle,
  layer: unknown,
  request: Request,
  response: ServerResponse,
  next: Next,
): unknown {
  const open = new HandlerSpan(span, parent)
  // A response of a server that is not traced here tells its end by itself.
  if (!endWithExchange(response, open)) response.once('close', () => open.finish())
  const passOn: Next = (error) => {
    if (error !== undefined && error !== null && error !== 'route' && error !== 'router') open.note(error)
    open.finish()
    contextApi.with(parent, next, undefined, error)
  }
  try {
    // Without a `this`, which would be bound to it first.
    return contextApi.with(open.context, Reflect.apply, undefined, handle, layer, [request, response, passOn])
  } catch (error) {
    open.note(error)
    throw error
  }
}
