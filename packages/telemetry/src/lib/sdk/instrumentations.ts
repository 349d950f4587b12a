import type { Attributes } from '@opentelemetry/api'
import { context, trace } from '@opentelemetry/api'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { ExpressInstrumentation, ExpressLayerType } from '@opentelemetry/instrumentation-express'
import { HttpInstrumentation, type HttpInstrumentationConfig } from '@opentelemetry/instrumentation-http'
import {
  UndiciInstrumentation,
  type UndiciInstrumentationConfig,
} from '@opentelemetry/instrumentation-undici'
import { BoundaryTracerProvider } from '../boundary/boundary-tracer-provider.ts'
import { linkToCallee } from '../boundary/callee-link.ts'
import { compileInbound } from '../boundary/compile-inbound.ts'
import { getCrossing } from '../boundary/crossing.ts'
import { announceRoot } from '../boundary/forward-link.ts'
import { noteDecision } from '../boundary/inbound-decisions.ts'
import type { InboundPolicy } from '../boundary/inbound-policy.ts'
import { compilePaths } from '../boundary/path-pattern.ts'
import { ClientInstrumentation } from '../http/client-instrumentation.ts'
import { ServerInstrumentation } from '../http/server-instrumentation.ts'
import { keepWritten, markHeaders } from '../propagation/outgoing-http.ts'
import { makeRoom } from '../propagation/outgoing-undici.ts'
import { compilePropagateTo, targetOfOptions, targetOfOrigin } from '../propagation/propagate-to.ts'
import { isWithheld, withhold } from '../propagation/withheld.ts'
import { DISTRO } from './distro.ts'
import { ExpressRouteInstrumentation } from './express-instrumentation.ts'
import { HttpsInstrumentation } from './https-instrumentation.ts'
import { allowMissingOptions } from './missing-request-options.ts'

/** Where a service's traces begin and end. */
export interface BoundaryConfig {
  /** How requests' trace context is used. Has been through `checkInbound`. */
  readonly inbound: InboundPolicy
  /** Linked roots answer with their ids, and outgoing calls link to the root they started. */
  readonly forwardLinks: boolean
  /** Request paths that make no spans: `/exact`, or a prefix that ends in `*`. */
  readonly untracedPaths: readonly string[]
  /** Hosts that context is sent to, each one a `parseHostPattern`; everywhere unless given. */
  readonly propagateTo: readonly string[] | undefined
}

const NO_ATTRIBUTES: Attributes = {}

/** Who makes the spans of requests, and how many. */
export interface HttpSpansConfig {
  /** `fast` is our own, `stock` that of `@opentelemetry/instrumentation-http`; their spans are the same. */
  readonly serverSpans: 'fast' | 'stock'
  /** Of undici: `fast` is our own, `stock` that of `@opentelemetry/instrumentation-undici`; their spans are the same. */
  readonly clientSpans: 'fast' | 'stock'
  /** Express's request handlers get spans of their own. */
  readonly expressSpans: boolean
}

/**
 * What every service is instrumented with: `node:http` and `node:https` with the boundary, undici (global `fetch`
 * included), and Express for `http.route`, without a span for each of its layers.
 */
export function createInstrumentations(config: BoundaryConfig & HttpSpansConfig): Instrumentation[] {
  const { serverSpans, clientSpans, expressSpans } = config
  const isFast = serverSpans === 'fast'
  const http = new HttpInstrumentation({ disableIncomingRequestInstrumentation: isFast })
  return [
    addHttpBoundary(http, config),
    clientSpans === 'fast'
      ? createClientInstrumentation(config)
      : addUndiciBoundary(new UndiciInstrumentation(), config),
    ...(isFast
      ? [...createServerInstrumentations(config), new ExpressRouteInstrumentation(expressSpans)]
      : [createStockExpress(expressSpans)]),
  ]
}

/** `node:https` is loaded by those who use it alone, and its servers are traced from then on. */
function createServerInstrumentations({
  inbound,
  forwardLinks,
  untracedPaths,
}: BoundaryConfig): Instrumentation[] {
  const server = new ServerInstrumentation({
    scope: { name: `${DISTRO.name}/http`, version: DISTRO.version },
    decide: compileInbound(inbound),
    isUntraced: compilePaths(untracedPaths),
    forwardLinks,
  })
  return [server, new HttpsInstrumentation(({ Server }) => server.addHttps(Server))]
}

function createClientInstrumentation({ forwardLinks, propagateTo }: BoundaryConfig): Instrumentation {
  return new ClientInstrumentation({
    scope: { name: `${DISTRO.name}/undici`, version: DISTRO.version },
    mayPropagate: compilePropagateTo(propagateTo),
    forwardLinks,
  })
}

function createStockExpress(expressSpans: boolean): Instrumentation {
  const { MIDDLEWARE, ROUTER, REQUEST_HANDLER } = ExpressLayerType
  return new ExpressInstrumentation({
    ignoreLayersType: [MIDDLEWARE, ROUTER, ...(expressSpans ? [] : [REQUEST_HANDLER])],
  })
}

/** Puts the boundary into an instrumentation of `node:http`; hooks that were configured go on being called. */
export function addHttpBoundary(
  http: Instrumentation<HttpInstrumentationConfig>,
  { inbound, forwardLinks, untracedPaths, propagateTo }: BoundaryConfig,
): Instrumentation<HttpInstrumentationConfig> {
  allowMissingOptions(http)
  const own = http.getConfig()
  const decide = compileInbound(inbound)
  const isUntraced = compilePaths(untracedPaths)
  const mayPropagate = compilePropagateTo(propagateTo)
  http.setConfig({
    ...own,
    ignoreIncomingRequestHook(request) {
      return isUntraced(request.url ?? '/') || (own.ignoreIncomingRequestHook?.(request) ?? false)
    },
    // The instrumentation calls this hook right before it extracts the context from `request.headers`.
    startIncomingSpanHook(request) {
      const decision = decide(request)
      if (decision.mode !== 'continue') noteDecision(request.headers, decision)
      return own.startIncomingSpanHook?.(request) ?? NO_ATTRIBUTES
    },
    // The instrumentation calls this hook before it copies the headers of these options and injects the context.
    startOutgoingSpanHook(options) {
      try {
        return own.startOutgoingSpanHook?.(options) ?? NO_ATTRIBUTES
      } finally {
        // Last, and whatever a hook does: it may have set headers.
        const isAllowed = mayPropagate(() => targetOfOptions(options))
        markHeaders(options, isAllowed)
      }
    },
    // Called twice over: for a request that came in, and for one about to be sent.
    requestHook(span, request) {
      own.requestHook?.(span, request)
      if ('setHeader' in request) keepWritten(span, request)
    },
    // Called twice over: for a response about to be written, and for one that was received.
    responseHook(span, response) {
      if (!forwardLinks || isWithheld(span)) {
        // Neither said nor heard.
      } else if ('writeHead' in response) {
        if (getCrossing(context.active())?.trusted) announceRoot(response, span.spanContext())
      } else {
        linkToCallee(span, response.headers)
      }
      own.responseHook?.(span, response)
    },
  })
  // Whoever registers the instrumentation gives it its provider, right afterwards.
  const setTracerProvider = http.setTracerProvider.bind(http)
  http.setTracerProvider = (provider) => setTracerProvider(new BoundaryTracerProvider(provider))
  return http
}

/** Puts the caller's half of the boundary into an instrumentation of undici. */
export function addUndiciBoundary(
  undici: Instrumentation<UndiciInstrumentationConfig>,
  { forwardLinks, propagateTo }: Pick<BoundaryConfig, 'forwardLinks' | 'propagateTo'>,
): Instrumentation<UndiciInstrumentationConfig> {
  const own = undici.getConfig()
  const mayPropagate = compilePropagateTo(propagateTo)
  undici.setConfig({
    ...own,
    // The instrumentation calls this hook right before it appends what the context is injected as.
    requestHook(span, request) {
      try {
        own.requestHook?.(span, request)
      } finally {
        if (!mayPropagate(() => targetOfOrigin(request.origin, request.path))) withhold(span)
        else makeRoom(request, trace.setSpan(context.active(), span))
      }
    },
    responseHook(span, exchange) {
      if (forwardLinks && !isWithheld(span)) linkToCallee(span, exchange.response.headers)
      own.responseHook?.(span, exchange)
    },
  })
  return undici
}
