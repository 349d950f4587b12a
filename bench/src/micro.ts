import type { IncomingMessage } from 'node:http'
import { linkTo } from '@linked-traces/telemetry/links'
import type { Link, Span, SpanContext } from '@opentelemetry/api'
import { context, propagation, ROOT_CONTEXT, SpanKind, TraceFlags } from '@opentelemetry/api'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { BoundaryTracerProvider } from '../../packages/telemetry/src/lib/boundary/boundary-tracer-provider.ts'
import { compileInbound } from '../../packages/telemetry/src/lib/boundary/compile-inbound.ts'
import { extractBy } from '../../packages/telemetry/src/lib/boundary/inbound-decisions.ts'
import type { InboundMode } from '../../packages/telemetry/src/lib/boundary/inbound-policy.ts'
import type { SamplerConfig } from '../../packages/telemetry/src/lib/config/telemetry-config.ts'
import { REQUEST_ROOT } from '../../packages/telemetry/src/lib/http/request-context.ts'
import { encodeOtlpJson } from '../../packages/telemetry/src/lib/otlp/encode-otlp-json.ts'
import { encodeOtlpProtobuf } from '../../packages/telemetry/src/lib/otlp/encode-otlp-protobuf.ts'
import type { OtlpEncoder } from '../../packages/telemetry/src/lib/otlp/otlp-encoder.ts'
import { createPropagator } from '../../packages/telemetry/src/lib/sdk/create-propagator.ts'
import { createSampler } from '../../packages/telemetry/src/lib/sdk/create-sampler.ts'
import { createOtlpDelivery } from '../../packages/telemetry/src/lib/sdk/otlp-delivery.ts'
import { DistroTracerProvider } from '../../packages/telemetry/src/lib/sdk/distro-tracer-provider.ts'
import { median } from './compare/median.ts'
import { type MicroSeries, thisMachine, writeResult } from './compare/results.ts'

// node --conditions=@linked-traces/source src/micro.ts
// What single operations of the package cost, and how that grows. Then `results` puts it into RESULTS.md.

type ReadableSpan = Parameters<ReturnType<typeof createOtlpDelivery>['encodeBatch']>[0][number]

const ROUNDS = 7
/** Of processor time, each round. */
const ROUND_MICROS = 40_000
const SIZES = [0, 1, 2, 4, 8, 16, 32, 64, 128]
const BATCH = 512

const ATTRIBUTES = {
  'http.request.method': 'GET',
  'url.scheme': 'http',
  'url.path': '/orders/42',
  'server.address': '127.0.0.1',
  'server.port': 8080,
  'network.peer.address': '127.0.0.1',
  'user_agent.original': 'bench',
  'http.response.status_code': 200,
}

propagation.setGlobalPropagator(createPropagator(['tracecontext', 'baggage'], []))

const MESSAGE = { relation: 'message' } as const

const provider = new DistroTracerProvider({
  sampler: createSampler({ name: 'always_on' }),
  spanProcessors: [],
})
const tracer = provider.getTracer('micro')
const other: SpanContext = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
}

/** Processor time of one call, in microseconds, all threads and garbage collection included: the median of the rounds. */
async function measure(operation: () => unknown): Promise<number> {
  let calls = 64
  const rounds: number[] = []
  for (let round = -2; round < ROUNDS; round++) {
    const before = process.cpuUsage()
    for (let call = 0; call < calls; call++) await operation()
    const { user, system } = process.cpuUsage(before)
    const micros = (user + system) / calls
    if (round >= 0) rounds.push(micros)
    calls = Math.max(64, Math.ceil(ROUND_MICROS / Math.max(micros, 0.01)))
  }
  return median(rounds) ?? Number.NaN
}

/** For what takes less than an `await`: so many calls in one. */
async function measureSmall(operation: () => unknown): Promise<number> {
  const times = 256
  const all = () => {
    let last: unknown
    for (let call = 0; call < times; call++) last = operation()
    return typeof last
  }
  return (await measure(all)) / times
}

function makeSpan(attributes: Readonly<Record<string, string | number>>, links: Link[]): Span {
  const span = tracer.startSpan('GET /orders/:id', { kind: SpanKind.SERVER, attributes, links }, ROOT_CONTEXT)
  span.end()
  return span
}

const numbered = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`app.attribute.${index}`, `value ${index}`]),
  )
const linksOf = (count: number): Link[] =>
  Array.from({ length: count }, () => MESSAGE).flatMap((options) => linkTo(other, options))

/** A span, made and written to an export of many. */
async function series(name: string, unit: string, make: (size: number) => () => Span): Promise<MicroSeries> {
  const points: { size: number; micros: number }[] = []
  for (const size of SIZES) {
    const span = make(size)
    const written = 64
    const spans = Array.from({ length: written }, () => span() as unknown as ReadableSpan)
    const writing = (await measure(() => delivery('http/protobuf').encodeBatch(spans))) / written
    points.push({ size, micros: (await measureSmall(span)) + writing })
  }
  return { name, unit, growth: 'linear', points }
}

/** From one turn of the event loop to the next, the longest while a batch is written: the median of many batches, in microseconds. */
async function longestHold(encoder: OtlpEncoder): Promise<number> {
  const holds: number[] = []
  for (let batch = 0; batch < 60; batch++) {
    let longest = 0
    let last = performance.now()
    const look = () => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
      next = setImmediate(look)
    }
    let next = setImmediate(look)
    encoder.recycle(await encoder.inSlices(spans))
    await new Promise((resolve) => setImmediate(resolve))
    clearImmediate(next)
    // The first ones run code that is not compiled yet.
    if (batch >= 20) holds.push(longest * 1000)
  }
  return median(holds) ?? Number.NaN
}

/** Spans of so many requests at once, each in a context of its own, with something to wait for. */
async function concurrency(): Promise<MicroSeries> {
  const points: { size: number; micros: number }[] = []
  for (const size of [1, 10, 100, 1000]) {
    const request = () =>
      tracer.startActiveSpan('request', async (span) => {
        await new Promise((resolve) => setImmediate(resolve))
        tracer.startSpan('inner').end()
        span.end()
      })
    const untraced = async () => {
      await new Promise((resolve) => setImmediate(resolve))
    }
    const all = (one: () => Promise<void>) => () => Promise.all(Array.from({ length: size }, one))
    const micros = ((await measure(all(request))) - (await measure(all(untraced)))) / size
    points.push({ size, micros })
  }
  return {
    name: 'Two spans of a request, with so many requests at once',
    unit: 'requests',
    growth: 'constant',
    points,
  }
}

const deliveries = new Map<string, ReturnType<typeof createOtlpDelivery>>()
function delivery(protocol: 'http/json' | 'http/protobuf'): ReturnType<typeof createOtlpDelivery> {
  const made =
    deliveries.get(protocol) ??
    createOtlpDelivery({
      kind: 'otlp',
      url: 'http://127.0.0.1:4318/v1/traces',
      headers: {},
      protocol,
      compression: 'gzip',
      timeoutMillis: 1000,
    })
  deliveries.set(protocol, made)
  return made
}

/** From a request's headers to its server span, as the instrumentation does it. */
function serve(mode: InboundMode): () => void {
  const decide = compileInbound(mode)
  const boundary = new BoundaryTracerProvider(provider).getTracer('micro')
  return () => {
    const headers = { traceparent: `00-${other.traceId}-${other.spanId}-01`, host: '127.0.0.1' }
    const decision = decide({
      headers,
      url: '/orders/42',
      method: 'GET',
    } as Partial<IncomingMessage> as IncomingMessage)
    const extracted = extractBy(decision, REQUEST_ROOT, headers)
    boundary.startSpan('GET', { kind: SpanKind.SERVER, attributes: ATTRIBUTES }, extracted).end()
  }
}

function sample(config: SamplerConfig, links: Link[]): () => unknown {
  const sampler = createSampler(config)
  return () => sampler.shouldSample(ROOT_CONTEXT, other.traceId, 'GET', SpanKind.SERVER, ATTRIBUTES, links)
}

const callerLink = linksOf(1)
const spans = Array.from({ length: BATCH }, () => makeSpan(ATTRIBUTES, callerLink) as unknown as ReadableSpan)
const operations: { name: string; micros: number }[] = []
async function add(name: string, micros: Promise<number>): Promise<void> {
  operations.push({ name, micros: await micros })
}

await add(
  'a span with 8 attributes, started and ended',
  measureSmall(() => makeSpan(ATTRIBUTES, [])),
)
await add(
  'a span with 8 attributes and a link',
  measureSmall(() => makeSpan(ATTRIBUTES, callerLink)),
)
await add(
  '`linkTo` of a span context',
  measureSmall(() => linkTo(other, MESSAGE)),
)
await add('a server span, its caller continued', measureSmall(serve('continue')))
await add('a server span, its caller linked instead (a boundary)', measureSmall(serve('link')))
const ratio = { ratio: 0.1 }
await add('sampler: always_on', measureSmall(sample({ name: 'always_on' }, [])))
await add(
  'sampler: parentbased_traceidratio',
  measureSmall(sample({ name: 'parentbased_traceidratio', ...ratio }, [])),
)
await add(
  'sampler: linked_probability, a link to go by',
  measureSmall(sample({ name: 'linked_probability', ...ratio }, callerLink)),
)
await add(
  'sampler: linked_follow, a link to go by',
  measureSmall(sample({ name: 'linked_follow', ...ratio }, callerLink)),
)
const perSpan = async (encode: () => unknown) => (await measure(encode)) / BATCH
const inExport = `in an export of ${BATCH}`
await add(
  `a span written as OTLP protobuf, ${inExport}`,
  perSpan(() => delivery('http/protobuf').encodeBatch(spans)),
)
await add(
  `a span written as OTLP JSON, ${inExport}`,
  perSpan(() => delivery('http/json').encodeBatch(spans)),
)
await add(
  `a span written as OTLP protobuf by OpenTelemetry's serializer, ${inExport}`,
  perSpan(() => ProtobufTraceSerializer.serializeRequest(spans)),
)

await add(
  `the longest that the event loop is held by the writing of ${BATCH} spans as OTLP protobuf`,
  longestHold(encodeOtlpProtobuf),
)
await add(
  `the longest that the event loop is held by the writing of ${BATCH} spans as OTLP JSON`,
  longestHold(encodeOtlpJson),
)

const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks')
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
writeResult('micro', {
  date: new Date().toISOString(),
  machine: thisMachine(),
  operations,
  series: [
    await series('A span with so many attributes, made and written', 'attributes', (size) => {
      const attributes = numbered(size)
      return () => makeSpan(attributes, [])
    }),
    await series('A span with so many links, made and written', 'links', (size) => {
      const links = linksOf(size)
      return () => makeSpan(ATTRIBUTES, links)
    }),
    await concurrency(),
  ],
})
for (const { close } of deliveries.values()) close()
for (const { name, micros } of operations) console.log(`${micros.toFixed(3).padStart(8)} µs  ${name}`)
