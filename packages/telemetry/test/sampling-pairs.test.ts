import type { Span, Tracer } from '@opentelemetry/api'
import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  SpanKind,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import type { Sampler } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { BoundaryTracerProvider } from '../src/lib/boundary/boundary-tracer-provider.ts'
import { noteDecision } from '../src/lib/boundary/inbound-decisions.ts'
import type { InboundDecision } from '../src/lib/boundary/inbound-policy.ts'
import type { SamplerConfig } from '../src/lib/config/telemetry-config.ts'
import { extractCarrier } from '../src/lib/links/extract-carrier.ts'
import { injectCarrier } from '../src/lib/links/inject-carrier.ts'
import { withLinkedRoot } from '../src/lib/links/with-linked-root.ts'
import { RandomIdGenerator } from '../src/lib/sampling/random-id-generator.ts'
import { createPropagator } from '../src/lib/sdk/create-propagator.ts'
import { createSampler } from '../src/lib/sdk/create-sampler.ts'
import { DistroTracerProvider } from '../src/lib/sdk/distro-tracer-provider.ts'
import { seededBytes } from './seeded-bytes.ts'

const PAIRS = 20_000

const propagator = createPropagator(['tracecontext'], [])

/** A service as `startTelemetry` sets it up, without the process around it. */
class Service {
  readonly tracer: Tracer

  constructor(sampler: Sampler, seed: number) {
    const provider = new DistroTracerProvider({ sampler }, new RandomIdGenerator(seededBytes(seed)))
    this.tracer = new BoundaryTracerProvider(provider).getTracer('service')
  }

  /** The SERVER span of a request that a span of another service makes; of one from outside unless given. */
  serve(caller: Span | undefined, decision: InboundDecision): Span {
    const headers: Record<string, string> = {}
    if (caller !== undefined) {
      propagator.inject(trace.setSpan(ROOT_CONTEXT, caller), headers, defaultTextMapSetter)
    }
    if (decision.mode !== 'continue') noteDecision(headers, decision)
    const context = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter)
    return this.tracer.startSpan('GET', { kind: SpanKind.SERVER }, context)
  }

  /** The CLIENT span by which it makes a request of its own. */
  call(server: Span): Span {
    return this.tracer.startSpan('GET', { kind: SpanKind.CLIENT }, trace.setSpan(ROOT_CONTEXT, server))
  }
}

function service(sampler: SamplerConfig, seed: number): Service {
  return new Service(createSampler(sampler), seed)
}

const linked: InboundDecision = { mode: 'link', trusted: true }
const untrusted: InboundDecision = { mode: 'link', trusted: false }

const probability = (ratio: number) => ({ name: 'linked_probability', ratio }) as const

interface Tally {
  both: number
  onlyCaller: number
  onlyCallee: number
}

function isKept(span: Span): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0
}

/** How many pairs of a caller's trace and the new trace of the service it calls are kept both, or only in part. */
function tally(caller: Service, callee: Service, decision: InboundDecision): Tally {
  const result: Tally = { both: 0, onlyCaller: 0, onlyCallee: 0 }
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const from = caller.call(caller.serve(undefined, linked))
    const root = callee.serve(from, decision)
    expect(root.spanContext().traceId).not.toBe(from.spanContext().traceId)
    if (isKept(from) && isKept(root)) result.both += 1
    else if (isKept(from)) result.onlyCaller += 1
    else if (isKept(root)) result.onlyCallee += 1
  }
  return result
}

/** Of so many, each with a probability: seeded, so four standard deviations are as good as certain. */
function expectShare(count: number, share: number): void {
  const deviation = Math.sqrt(PAIRS * share * (1 - share))
  expect(Math.abs(count - PAIRS * share)).toBeLessThanOrEqual(4 * deviation)
}

describe(`linked_probability, over ${PAIRS} pairs of a trace and the one it links to`, () => {
  it.each([0.01, 0.1, 0.25, 1 / 3, 0.5, 0.9])('keeps or drops both at the ratio %d', (ratio) => {
    const { both, ...apart } = tally(service(probability(ratio), 1), service(probability(ratio), 2), linked)
    expect(apart).toEqual({ onlyCaller: 0, onlyCallee: 0 })
    expectShare(both, ratio)
  })

  it.each([
    [0.25, 0.1],
    [0.5, 0.01],
    [1, 0.25],
    [1 / 3, 0.3],
  ])('keeps, of callers at %d, a subset at the lower ratio %d', (caller, callee) => {
    const { both, onlyCaller, onlyCallee } = tally(
      service(probability(caller), 1),
      service(probability(callee), 2),
      linked,
    )
    expect(onlyCallee).toBe(0)
    expectShare(both, callee)
    expectShare(onlyCaller, caller - callee)
  })

  it.each([
    [0.1, 0.25],
    [0.01, 0.5],
    [0.25, 1],
    [0, 0.5],
  ])('keeps, of callers at %d, a superset at the higher ratio %d', (caller, callee) => {
    const { both, onlyCaller, onlyCallee } = tally(
      service(probability(caller), 1),
      service(probability(callee), 2),
      linked,
    )
    expect(onlyCaller).toBe(0)
    expectShare(both, caller)
    expectShare(onlyCallee, callee - caller)
  })

  it('goes on from link to link: a third trace with the first', () => {
    const [first, second, third] = [0.25, 0.5, 0.25].map((ratio, seed) =>
      service(probability(ratio), seed + 1),
    )
    if (!first || !second || !third) throw new Error('three services')
    let kept = 0
    for (let chain = 0; chain < PAIRS; chain += 1) {
      const one = first.call(first.serve(undefined, linked))
      const two = second.call(second.serve(one, linked))
      const three = third.serve(two, linked)
      expect(isKept(three)).toBe(isKept(one))
      if (isKept(three)) kept += 1
    }
    expectShare(kept, 0.25)
  })

  it('decides alike over traces that are continued on the way', () => {
    const continued: InboundDecision = { mode: 'continue', trusted: true }
    const first = service(probability(0.5), 1)
    const middle = service(probability(0.01), 2)
    const last = service(probability(0.5), 3)
    for (let chain = 0; chain < PAIRS; chain += 1) {
      const one = first.call(first.serve(undefined, linked))
      const two = middle.call(middle.serve(one, continued))
      expect(two.spanContext().traceId).toBe(one.spanContext().traceId)
      expect(isKept(two)).toBe(isKept(one))
      expect(isKept(last.serve(two, linked))).toBe(isKept(one))
    }
  })

  it('goes for work that is started later by links in code', () => {
    const { tracer } = service(probability(0.25), 1)
    let kept = 0
    for (let job = 0; job < PAIRS; job += 1) {
      const request = tracer.startSpan('request', {}, ROOT_CONTEXT)
      const context = trace.setSpan(ROOT_CONTEXT, request)
      withLinkedRoot('job', { tracer, context }, (root) => {
        expect(root.spanContext().traceId).not.toBe(request.spanContext().traceId)
        expect(isKept(root)).toBe(isKept(request))
        if (isKept(root)) kept += 1
      })
    }
    expectShare(kept, 0.25)
  })

  it('goes for messages, by what they carry', () => {
    const [producer, consumer] = [service(probability(0.25), 1), service(probability(0.25), 2)]
    let kept = 0
    for (let message = 0; message < PAIRS; message += 1) {
      const sent = producer.tracer.startSpan('send', {}, ROOT_CONTEXT)
      const carrier = injectCarrier({}, { relation: 'link', context: trace.setSpan(ROOT_CONTEXT, sent) })
      const received = extractCarrier(carrier, { context: ROOT_CONTEXT })
      const processed = consumer.tracer.startSpan('process', received, received.context)
      expect(processed.spanContext().traceId).not.toBe(sent.spanContext().traceId)
      expect(isKept(processed)).toBe(isKept(sent))
      if (isKept(processed)) kept += 1
    }
    expectShare(kept, 0.25)
  })

  it('takes nothing from untrusted callers: what is kept has nothing to do with them', () => {
    const { both, onlyCaller, onlyCallee } = tally(
      service(probability(0.25), 1),
      service(probability(0.25), 2),
      untrusted,
    )
    expectShare(both, 0.25 * 0.25)
    expectShare(onlyCaller, 0.25 * 0.75)
    expectShare(onlyCallee, 0.75 * 0.25)
  })

  it('says of all that is kept how much it stands for', () => {
    const [caller, callee] = [service(probability(0.5), 1), service(probability(0.1), 2)]
    const thresholds = new Set<string | undefined>()
    let standsFor = 0
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const root = callee.serve(caller.call(caller.serve(undefined, linked)), linked)
      if (!isKept(root)) continue
      const [th = '', rv] = root.spanContext().traceState?.get('ot')?.split(';') ?? []
      expect(rv).toMatch(/^rv:[\da-f]{14}$/)
      thresholds.add(th)
      const threshold = Number.parseInt(th.slice(3).padEnd(14, '0'), 16)
      standsFor += 2 ** 56 / (2 ** 56 - threshold)
    }
    expect([...thresholds]).toEqual(['th:e666'])
    // Every root that is kept stands for ten; four standard deviations of their number.
    expect(Math.abs(standsFor - PAIRS)).toBeLessThan(10 * 4 * Math.sqrt(PAIRS * 0.1 * 0.9))
  })
})

describe(`linked_follow, over ${PAIRS} pairs of a trace and the one it links to`, () => {
  it.each([probability(0.25), { name: 'parentbased_traceidratio', ratio: 0.25 } as const])(
    'does as its caller, sampled by %j, did',
    (sampler) => {
      const follower = service({ name: 'linked_follow', ratio: 1 }, 2)
      const { both, ...apart } = tally(service(sampler, 1), follower, linked)
      expect(apart).toEqual({ onlyCaller: 0, onlyCallee: 0 })
      expectShare(both, 0.25)
    },
  )

  it('takes nothing from untrusted callers', () => {
    const follower = service({ name: 'linked_follow', ratio: 0.5 }, 2)
    const { both, onlyCallee } = tally(service(probability(0.25), 1), follower, untrusted)
    expectShare(both, 0.125)
    expectShare(onlyCallee, 0.375)
  })
})

describe('parentbased_traceidratio', () => {
  it('does what it did: linked traces are sampled apart', () => {
    const sampler = { name: 'parentbased_traceidratio', ratio: 0.25 } as const
    const { both, onlyCaller, onlyCallee } = tally(service(sampler, 1), service(sampler, 2), linked)
    expectShare(both, 0.25 * 0.25)
    expectShare(onlyCaller, 0.25 * 0.75)
    expectShare(onlyCallee, 0.75 * 0.25)
  })
})
