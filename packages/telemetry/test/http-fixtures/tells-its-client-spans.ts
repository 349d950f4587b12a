import { setTimeout as delay } from 'node:timers/promises'
import type { Context, Span } from '@opentelemetry/api'
import { context, metrics, propagation, SpanKind, TraceFlags, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { suppressTracing } from '@opentelemetry/core'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { AlwaysOnSampler, ParentBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace'
import { createPropagator } from '../../src/lib/sdk/create-propagator.ts'
import { createInstrumentations } from '../../src/lib/sdk/instrumentations.ts'
import { answerClients } from './answers-clients.ts'
import type { ClientExchange, Wires } from './client-exchanges.ts'
import { clientExchanges } from './client-exchanges.ts'

// Has every exchange of `client-exchanges.ts` over real sockets, and prints what was told of it: its CLIENT spans, the
// metric of it, what the server was sent and what came of it.

class Reader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.DELTA })
  }
  override async onForceFlush(): Promise<void> {}
  override async onShutdown(): Promise<void> {}
}

const spans: ReadableSpan[] = []
const provider = new TracerProvider({
  sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  spanProcessors: [
    {
      onStart() {},
      onEnd: (span) => spans.push(span),
      forceFlush: async () => {},
      shutdown: async () => {},
    },
  ],
})
const reader = new Reader()
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
propagation.setGlobalPropagator(createPropagator(['tracecontext', 'baggage'], []))
trace.setGlobalTracerProvider(provider)
if (process.argv[3] === 'metrics') metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
const { origins, received } = await answerClients()
const { foreign, ...own } = origins
// Of undici alone: the servers are here too.
registerInstrumentations({
  instrumentations: createInstrumentations({
    inbound: 'continue',
    forwardLinks: true,
    untracedPaths: [],
    propagateTo: ['localhost', ...Object.values(own).map((url) => new URL(url).host)],
    serverSpans: 'fast',
    clientSpans: process.argv[2] === 'fast' ? 'fast' : 'stock',
    expressSpans: false,
  }).filter(({ instrumentationName }) => instrumentationName.endsWith('undici')),
})

const uncaught: string[] = []
process.on('uncaughtException', (error) => uncaught.push(String(error)))
process.on('unhandledRejection', (error) => uncaught.push(String(error)))

const wires: Wires = {
  ...origins,
  npm: async () => {
    const undici = await import('undici')
    // What is used of it is the same.
    return { undici, undici5: (await import('undici-5')) as unknown as typeof undici }
  },
}

const caller = trace.getTracer('caller')
const UNSAMPLED = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.NONE }

/** In what an exchange is sent, and the span of it that is to be ended. */
function surrounding({ within }: ClientExchange): [context: Context, span?: Span] {
  const root = context.active()
  if (within === 'no span') return [root]
  if (within === 'suppressed tracing') return [suppressTracing(root)]
  if (within === 'a trace that is not sampled') return [trace.setSpanContext(root, UNSAMPLED)]
  const span = caller.startSpan('caller')
  const baggage = propagation.createBaggage({ tenant: { value: 'acme' } })
  return [propagation.setBaggage(trace.setSpan(root, span), baggage), span]
}

async function outcomeOf(exchange: ClientExchange): Promise<unknown> {
  try {
    return await exchange.send(wires)
  } catch (error) {
    const { name, code, message, cause }: Error & { code?: unknown } = Object(error)
    return { name, code, message, cause: String(cause), error: String(error) }
  }
}

async function tellAll(): Promise<Record<string, unknown>> {
  const told: Record<string, unknown> = {}
  for (const [name, exchange] of Object.entries(clientExchanges)) {
    const { spans: expected = 1 } = exchange
    spans.length = 0
    received.length = 0
    uncaught.length = 0
    const [within, span] = surrounding(exchange)
    const outcome = await Promise.race([
      context.with(within, () => outcomeOf(exchange)),
      delay(10_000, undefined, { ref: false }).then(() => Promise.reject(new Error(`No end of ${name}`))),
    ])
    const deadline = Date.now() + 10_000
    while (expected !== 'any' && spans.length < expected) {
      if (Date.now() > deadline) throw new Error(`${spans.length} spans, not ${expected}: ${name}`)
      await delay(2)
    }
    // What comes late, or too much, comes now.
    await delay(expected === 'any' ? 30 : 5)
    span?.end()
    told[name] = JSON.parse(
      withoutChance({
        spans: spans.filter(({ kind }) => kind === SpanKind.CLIENT).map(tell),
        metrics: await collect(),
        received,
        outcome,
        uncaught,
      }),
    )
  }
  return told
}

/** Without ids, ports and times, which are others each time. */
function withoutChance(told: unknown): string {
  const ports = Object.entries(origins).map(([name, url]) => [name, new URL(url).port] as const)
  let text = JSON.stringify(told, (_key, value) => {
    const port = ports.find(([, number]) => value === Number(number))
    return port === undefined ? value : `<port of ${port[0]}>`
  })
  for (const [index, span] of spans.entries()) {
    const { traceId, spanId } = span.spanContext()
    const which = span.kind === SpanKind.CLIENT ? index : 'caller'
    text = text.replaceAll(spanId, `<span ${which}>`).replaceAll(traceId, `<trace ${which}>`)
  }
  // Nobody is told of a span that is not sampled, but whom it calls.
  text = text.replaceAll(new RegExp(`${UNSAMPLED.traceId}-[0-9a-f]{16}`, 'g'), '<trace that is not sampled>')
  // Last: an id may have the digits of a port in it.
  for (const [name, port] of ports) text = text.replaceAll(port, `<port of ${name}>`)
  return text
}

async function collect(): Promise<unknown> {
  if (process.argv[3] !== 'metrics') return undefined
  const { resourceMetrics } = await reader.collect()
  return resourceMetrics.scopeMetrics.flatMap(({ metrics: all }) =>
    all.map(({ descriptor, dataPoints }) => ({
      descriptor,
      points: dataPoints.map(({ attributes, value }) => {
        const { count, sum, buckets } = value as {
          count: number
          sum: number
          buckets: { boundaries: number[] }
        }
        return {
          attributes,
          count,
          isPositive: sum > 0,
          isInSeconds: sum < 10,
          boundaries: buckets.boundaries,
        }
      }),
    })),
  )
}

function tell(span: ReadableSpan) {
  return {
    scope: span.instrumentationScope.name,
    name: span.name,
    kind: SpanKind[span.kind],
    status: span.status,
    // In their order: both make one.
    attributes: Object.entries(span.attributes),
    events: span.events.map(({ name, attributes }) => ({
      name,
      attributes: {
        ...attributes,
        'exception.stacktrace': String(attributes?.['exception.stacktrace']).split('\n')[0],
      },
    })),
    links: span.links,
    context: span.spanContext(),
    parent: span.parentSpanContext,
    dropped: [span.droppedAttributesCount, span.droppedEventsCount, span.droppedLinksCount],
  }
}

tellAll().then(
  (told) => process.stdout.write(JSON.stringify(told), () => process.exit(0)),
  (error) => {
    console.error(error)
    process.exit(1)
  },
)
