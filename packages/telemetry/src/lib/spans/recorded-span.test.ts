import { inspect } from 'node:util'
import type {
  Attributes,
  Context,
  DiagLogger,
  Link,
  SpanOptions,
  TimeInput,
  Tracer,
} from '@opentelemetry/api'
import { context, createTraceState, diag, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import type { ReadableSpan, Sampler, Span, SpanLimits, SpanProcessor } from '@opentelemetry/sdk-trace'
import { AlwaysOnSampler, type SamplingDecision, TracerProvider } from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { DistroTracerProvider } from '../sdk/distro-tracer-provider.ts'
import { OWNED } from './owned-attributes.ts'
import { RecordedSpan } from './recorded-span.ts'

afterEach(() => diag.disable())

/** Traces and spans are numbered, so that two providers make the same ids. */
function ids() {
  let traces = 0
  let spans = 0
  return {
    generateTraceId: () => (++traces).toString(16).padStart(32, '0'),
    generateSpanId: () => (++spans).toString(16).padStart(16, '0'),
  }
}

type Provide = (limits: SpanLimits, processors: SpanProcessor[], sampler: Sampler) => TracerProvider

const stock: Provide = (spanLimits, spanProcessors, sampler) =>
  new TracerProvider({ spanLimits, spanProcessors, sampler, idGenerator: ids() })
const ours: Provide = (spanLimits, spanProcessors, sampler) =>
  new DistroTracerProvider({ spanLimits, spanProcessors, sampler }, ids() as never)

interface Seen {
  readonly spans: unknown[]
  readonly said: string[]
}

/** What becomes of spans in either provider: what processors are told, the spans themselves, and what is logged. */
function see(
  provide: Provide,
  work: (tracer: Tracer) => unknown,
  limits: SpanLimits = {},
  sampler: Sampler = new AlwaysOnSampler(),
): Seen {
  const said: string[] = []
  const note =
    (level: string) =>
    (message: string): unknown =>
      said.push(`${level} ${message.replace(/(Failed to record an exception).*/, '$1')}`)
  const logger = {
    error: note('error'),
    warn: note('warn'),
    info: note('info'),
    debug: () => {},
    verbose: () => {},
  }
  diag.setLogger(logger as DiagLogger, { suppressOverrideMessage: true })
  const spans: unknown[] = []
  const told = (what: string, span: Span | ReadableSpan) => spans.push([what, span.ended, view(span)])
  const processor: SpanProcessor = {
    onStart: (span, given) => void spans.push(['start', given.getValue(WITH), view(span)]),
    onEnding: (span) => void told('ending', span),
    onEnd: (span) => void told('end', span),
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  spans.push(
    work(provide(limits, [processor], sampler).getTracer('scope', '1.2.3', { schemaUrl: 'https://s.test' })),
  )
  diag.disable()
  return { spans, said }
}

const WITH = Symbol('value of the context')

/** In seconds since 1970: all times that the tests give are in the past. */
const LAST_GIVEN = 1_700_000_300

/** A span without the times that come from a clock. */
function view(span: ReadableSpan) {
  const isGiven = (time: readonly [number, number]) => time[0] <= LAST_GIVEN
  const given = (time: readonly [number, number]) => (isGiven(time) ? time : 'from the clock')
  const { traceFlags, ...spanContext } = span.spanContext()
  return structuredClone({
    name: span.name,
    kind: span.kind,
    // The SDK knows no flag but this.
    spanContext: {
      ...spanContext,
      traceFlags: traceFlags & 1,
      traceState: spanContext.traceState?.serialize(),
    },
    parent: span.parentSpanContext && {
      ...span.parentSpanContext,
      traceFlags: span.parentSpanContext.traceFlags & 1,
      traceState: undefined,
    },
    startTime: given(span.startTime),
    endTime: given(span.endTime),
    duration: isGiven(span.startTime) && isGiven(span.endTime) ? span.duration : undefined,
    status: span.status,
    attributes: Object.entries(span.attributes),
    links: span.links.map((link) => ({ ...link, context: { ...link.context, traceState: undefined } })),
    events: span.events.map((event) => ({ ...event, time: given(event.time) })),
    ended: span.ended,
    isRecording: (span as Span).isRecording(),
    dropped: [span.droppedAttributesCount, span.droppedEventsCount, span.droppedLinksCount],
    scope: span.instrumentationScope,
    resource: span.resource.attributes['telemetry.sdk.name'],
  })
}

const circle: Record<string, unknown> = {}
circle.self = circle

/** Values that are attributes, some that are none, and some that only look like some. */
const value = fc.oneof(
  { weight: 6, arbitrary: fc.oneof(fc.string({ maxLength: 12 }), fc.integer(), fc.boolean(), fc.double()) },
  fc.array(fc.oneof(fc.string({ maxLength: 9 }), fc.constant(null), fc.constant(undefined)), {
    maxLength: 3,
  }),
  fc.constantFrom(undefined, null, 1n, Symbol.iterator, () => 1, new Date(0), circle, [1, 'a', {}]),
  fc.uint8Array({ maxLength: 9 }),
  fc.record({ a: fc.string(), b: fc.option(fc.integer(), { nil: undefined }) }),
)
const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', '', 'http.route')
const attributes = fc.option(fc.dictionary(key, value, { maxKeys: 7 }), { nil: undefined }) as fc.Arbitrary<
  Attributes | undefined
>
const time = fc.constantFrom<TimeInput>(
  [1_700_000_000, 5],
  [1_700_000_100, 999_999_999],
  1_700_000_200_000,
  new Date(1_700_000_300_000),
)
const link: fc.Arbitrary<Link> = fc.record(
  {
    context: fc.record({
      traceId: fc.constantFrom('a'.repeat(32), '0'.repeat(32)),
      spanId: fc.constantFrom('b'.repeat(16), 'c'.repeat(16)),
      traceFlags: fc.constantFrom(0, 1),
    }),
    attributes: attributes as fc.Arbitrary<Attributes>,
  },
  { requiredKeys: ['context'] },
)
const thrown = fc.oneof(
  fc.constantFrom('text', '', new TypeError('wrong'), new Error(''), { name: 'N' }, {}, undefined),
  fc.record(
    { code: fc.oneof(fc.integer(), fc.string()), message: fc.string(), stack: fc.string() },
    { noNullPrototype: true },
  ),
)

type Call = (span: Span) => unknown

const call: fc.Arbitrary<Call> = fc.oneof(
  fc.tuple(key, value).map(
    ([k, v]): Call =>
      (span) =>
        span.setAttribute(k, v as never),
  ),
  attributes.map(
    (given): Call =>
      (span) =>
        span.setAttributes(given as Attributes),
  ),
  fc.tuple(fc.string(), attributes).map(
    ([name, given]): Call =>
      (span) =>
        span.addEvent(name, given),
  ),
  fc.tuple(attributes, time).map(
    ([given, at]): Call =>
      (span) =>
        span.addEvent('timed', given, at),
  ),
  time.map(
    (at): Call =>
      (span) =>
        span.addEvent('only timed', at),
  ),
  link.map(
    (given): Call =>
      (span) =>
        span.addLink(given),
  ),
  fc.array(link, { maxLength: 3 }).map(
    (given): Call =>
      (span) =>
        span.addLinks(given),
  ),
  fc.tuple(fc.constantFrom(0, 1, 2), fc.constantFrom(undefined, null, 'why', 7)).map(
    ([code, message]): Call =>
      (span) =>
        span.setStatus({ code, message } as never),
  ),
  fc.string().map(
    (name): Call =>
      (span) =>
        span.updateName(name),
  ),
  thrown.map(
    (given): Call =>
      (span) =>
        span.recordException(given as never),
  ),
  thrown.map(
    (given): Call =>
      (span) =>
        span.recordException(given as never, [1_700_000_000, 1]),
  ),
  fc.constant<Call>((span) => span.isRecording()),
  fc.option(time, { nil: undefined }).map(
    (at): Call =>
      (span) =>
        span.end(at),
  ),
)

const remote = trace.setSpanContext(ROOT_CONTEXT, {
  traceId: 'd'.repeat(32),
  spanId: 'e'.repeat(16),
  traceFlags: 1,
  isRemote: true,
  traceState: createTraceState('a=1'),
})
const given = fc
  .constantFrom<Context>(
    ROOT_CONTEXT,
    remote,
    trace.setSpanContext(ROOT_CONTEXT, { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 1 }),
  )
  .map((each) => each.setValue(WITH, 'told'))

const options: fc.Arbitrary<SpanOptions> = fc.record(
  {
    kind: fc.constantFrom(SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT),
    root: fc.boolean(),
    attributes: attributes as fc.Arbitrary<Attributes>,
    links: fc.array(link, { maxLength: 6 }),
    startTime: time,
  },
  { requiredKeys: [] },
)
const few = fc.constantFrom(0, 1, 2, 3, 128)
const limits: fc.Arbitrary<SpanLimits> = fc.record(
  {
    attributeCountLimit: few,
    attributeValueLengthLimit: fc.constantFrom(-1, 0, 1, 5, 100),
    eventCountLimit: few,
    linkCountLimit: few,
    attributePerEventCountLimit: few,
    attributePerLinkCountLimit: few,
  },
  { requiredKeys: [] },
)
/** One that adds attributes and a trace state, or records without sampling, or drops. */
const sampler: fc.Arbitrary<Sampler> = fc
  .tuple(fc.constantFrom(...[0, 1, 2, 2, 2]), attributes, fc.boolean())
  .map(([decision, added, states]) => ({
    shouldSample: () => ({
      decision: decision as SamplingDecision,
      ...(added !== undefined && { attributes: added }),
      ...(states && { traceState: createTraceState('s=2') }),
    }),
    toString: () => 'test',
  }))

describe('RecordedSpan', () => {
  it('is what a span of the SDK is, whatever it is started with and told', () => {
    fc.assert(
      fc.property(
        fc.record({
          name: fc.string(),
          given,
          options,
          limits,
          sampler,
          calls: fc.array(call, { maxLength: 12 }),
        }),
        ({ name, given, options, limits, sampler, calls }) => {
          const work = (tracer: Tracer) => {
            const span = tracer.startSpan(name, options, given) as Span
            const answers = calls.map((each) => {
              const answer = each(span)
              return answer === span ? 'itself' : answer
            })
            const { traceState, ...own } = span.spanContext()
            return [
              answers,
              span.isRecording(),
              { ...own, traceFlags: own.traceFlags & 1, traceState: traceState?.serialize() },
            ]
          }
          expect(see(ours, work, limits, sampler)).toEqual(see(stock, work, limits, sampler))
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('counts on from the attributes it was started with, as a span of the SDK does', () => {
    const work = (tracer: Tracer) => {
      const span = tracer.startSpan('full', { attributes: { a: 1, b: 2 } })
      span.setAttribute('c', 3).setAttribute('a', 4).setAttribute('d', 5).setAttribute('e', 6).end()
    }
    for (const attributeCountLimit of [2, 3, 4]) {
      expect(see(ours, work, { attributeCountLimit })).toEqual(see(stock, work, { attributeCountLimit }))
    }
  })

  it('has children as a span of the SDK has, active or not', () => {
    const work = (tracer: Tracer) =>
      tracer.startActiveSpan('root', { startTime: [1_700_000_000, 0] }, (root) => {
        const child = tracer.startSpan(
          'child',
          { startTime: [1_700_000_000, 1] },
          trace.setSpan(ROOT_CONTEXT, root),
        )
        child.end([1_700_000_000, 2])
        root.end([1_700_000_000, 3])
        return [context.active() === ROOT_CONTEXT]
      })
    expect(see(ours, work)).toEqual(see(stock, work))
  })

  it('refuses an end before its start as a span of the SDK does', () => {
    const work = (tracer: Tracer) => {
      tracer.startSpan('a', { startTime: [1_700_000_100, 5] }).end([1_700_000_100, 4])
      tracer.startSpan('b', { startTime: [1_700_000_100, 5] }).end([1_700_000_000, 6])
    }
    expect(see(ours, work)).toEqual(see(stock, work))
  })

  it('takes small numbers for times of performance.now(), as the SDK does', () => {
    const spans: ReadableSpan[] = []
    const before = Date.now()
    const provider = ours(
      {},
      [
        {
          onStart() {},
          onEnd: (span) => void spans.push(span),
          forceFlush: async () => {},
          shutdown: async () => {},
        },
      ],
      new AlwaysOnSampler(),
    )
    const now = performance.now()
    provider.getTracer('test').startSpan('small', { startTime: now }).end(performance.now())
    const [start, end] = [spans[0]?.startTime, spans[0]?.endTime].map(
      (at) => (at?.[0] ?? 0) * 1000 + (at?.[1] ?? 0) / 1e6,
    )
    expect(start).toBeGreaterThanOrEqual(before - 1)
    expect(end).toBeGreaterThanOrEqual(start ?? 0)
    expect(end).toBeLessThanOrEqual(Date.now() + 1)
  })

  it('takes an attributes object that is given away as it is, within the limits', () => {
    const own: Attributes = { a: 'x', b: 2 }
    const start = (limits: SpanLimits) =>
      ours(limits, [], new AlwaysOnSampler())
        .getTracer('test')
        .startSpan('owner', { attributes: own, [OWNED]: true } as SpanOptions) as RecordedSpan
    expect(start({}).attributes).toBe(own)
    expect(start({ attributeCountLimit: 1 })).toMatchObject({
      attributes: { a: 'x' },
      droppedAttributesCount: 1,
    })
    expect(start({ attributeValueLengthLimit: 1 }).attributes).toEqual({ a: 'x', b: 2 })
  })

  it.each([10, 20])(
    'has the %d attributes that there may be, whichever were set twice',
    (attributeCountLimit) => {
      const attributes = { a: 1, b: 2 }
      const span = ours({ attributeCountLimit }, [], new AlwaysOnSampler())
        .getTracer('test')
        .startSpan('s', { attributes, [OWNED]: true } as SpanOptions) as RecordedSpan
      for (let time = 0; time < 20; time++) span.setAttribute('a', time).setAttribute('list', [time])
      for (let each = 3; each < attributeCountLimit; each++) span.setAttribute(`more ${each}`, each)
      expect(Object.keys(span.attributes)).toHaveLength(attributeCountLimit)
      expect(span.droppedAttributesCount).toBe(0)
      span.setAttribute('one too many', 1).setAttribute('many', ['two']).setAttribute('b', 3)
      expect(Object.keys(span.attributes)).toHaveLength(attributeCountLimit)
      expect(span).toMatchObject({ attributes: { a: 19, b: 3, list: [19] }, droppedAttributesCount: 2 })
    },
  )

  it('copies all other attributes, so that nobody changes them later', () => {
    const given = { a: 'x' }
    const span = ours({}, [], new AlwaysOnSampler()).getTracer('test').startSpan('s', { attributes: given })
    given.a = 'changed'
    expect((span as RecordedSpan).attributes).toEqual({ a: 'x' })
  })

  it('takes anything for an exception, whatever can be said of it', () => {
    const span = ours({}, [], new AlwaysOnSampler()).getTracer('test').startSpan('span') as RecordedSpan
    span.recordException(Object.create(null))
    expect(span.events).toEqual([])
  })

  it('shows what was recorded, and nothing of who records', () => {
    const span = ours({}, [], new AlwaysOnSampler())
      .getTracer('test')
      .startSpan('shown', { attributes: { a: 1 } })
    expect(span).toBeInstanceOf(RecordedSpan)
    const text = inspect(span, { depth: 4 })
    expect(text).toMatch(/^RecordedSpan \{/)
    for (const part of [/name: 'shown'/, /attributes: \{ a: 1 \}/, /traceId: '/]) expect(text).toMatch(part)
    expect(text).not.toContain('processors')
    expect(inspect({ deep: { deeper: { span } } }, { depth: 1 })).toContain('deeper: [Object]')
    expect(inspect([span], { depth: 0 })).toContain('[RecordedSpan]')
  })
})
