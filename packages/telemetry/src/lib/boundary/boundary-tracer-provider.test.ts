import type { Context, Link, Span, SpanContext } from '@opentelemetry/api'
import { ROOT_CONTEXT, SamplingDecision, SpanKind, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { BoundaryTracerProvider } from './boundary-tracer-provider.ts'
import { getCrossing, setCrossing } from './crossing.ts'

const caller: SpanContext = {
  traceId: 'c'.repeat(32),
  spanId: 'd'.repeat(16),
  traceFlags: 3,
  isRemote: true,
}
const callerLink = {
  context: caller,
  attributes: { 'linked_traces.relation': 'caller' },
  droppedAttributesCount: 0,
}

const crossed = setCrossing(trace.setSpanContext(ROOT_CONTEXT, caller), { caller, trusted: true })

function setUp(linkCountLimit = 128) {
  const sampled: { context: Context; links: Link[] }[] = []
  const provider = new TracerProvider({
    spanLimits: { linkCountLimit },
    sampler: {
      shouldSample(context, _traceId, _name, _kind, _attributes, links) {
        sampled.push({ context, links })
        return { decision: SamplingDecision.RECORD_AND_SAMPLED }
      },
    },
  })
  return { tracer: new BoundaryTracerProvider(provider).getTracer('test'), sampled }
}

const read = (span: Span) => span as Span & ReadableSpan
const manyLinks = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    context: { traceId: 'b'.repeat(32), spanId: (index + 1).toString(16).padStart(16, '0'), traceFlags: 1 },
  }))

describe('BoundaryTracerProvider', () => {
  it('starts a SERVER span that came over a boundary as a new root with a link to its caller', () => {
    const { tracer } = setUp()
    const span = read(tracer.startSpan('GET', { kind: SpanKind.SERVER, attributes: { a: 1 } }, crossed))
    expect(span.spanContext().traceId).not.toBe(caller.traceId)
    expect(span.parentSpanContext).toBeUndefined()
    expect(span.links).toEqual([callerLink])
    expect(span.attributes).toEqual({ a: 1 })
  })

  it('shows the sampler the link, no parent, and the boundary', () => {
    const { tracer, sampled } = setUp()
    tracer.startSpan('GET', { kind: SpanKind.SERVER }, crossed)
    expect(sampled).toHaveLength(1)
    expect(sampled[0]?.links).toEqual([callerLink])
    expect(trace.getSpan(sampled[0]?.context ?? ROOT_CONTEXT)).toBeUndefined()
    expect(getCrossing(sampled[0]?.context ?? ROOT_CONTEXT)).toEqual({ caller, trusted: true })
  })

  it('does so for active spans too', () => {
    const { tracer } = setUp()
    const links = tracer.startActiveSpan(
      'GET',
      { kind: SpanKind.SERVER },
      crossed,
      (span) => read(span).links,
    )
    expect(links).toEqual([callerLink])
    expect(tracer.startActiveSpan('plain', (span) => read(span).links)).toEqual([])
  })

  it('never severs a local parent', () => {
    const { tracer } = setUp()
    const server = tracer.startSpan('GET', { kind: SpanKind.SERVER }, crossed)
    const inside = trace.setSpan(crossed, server)
    const nested = read(tracer.startSpan('GET', { kind: SpanKind.SERVER }, inside))
    expect(nested.parentSpanContext).toEqual(server.spanContext())
    expect(nested.links).toEqual([])
  })

  it('never severs a remote parent that no boundary was decided for', () => {
    const { tracer } = setUp()
    const other = { ...caller, spanId: 'e'.repeat(16) }
    for (const context of [trace.setSpanContext(crossed, other), trace.setSpanContext(ROOT_CONTEXT, other)]) {
      const span = read(tracer.startSpan('GET', { kind: SpanKind.SERVER }, context))
      expect(span.parentSpanContext).toEqual(other)
    }
  })

  it.each([undefined, SpanKind.INTERNAL, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER])(
    'continues the caller in spans of other kinds (%s)',
    (kind) => {
      const { tracer } = setUp()
      const span = read(tracer.startSpan('work', kind === undefined ? {} : { kind }, crossed))
      expect(span.parentSpanContext).toEqual(caller)
    },
  )

  it.each([
    { limit: 128, dropped: 73 },
    { limit: 1, dropped: 200 },
    { limit: 0, dropped: 201 },
  ])('keeps the link of a span created with 200 others when $limit are allowed', ({ limit, dropped }) => {
    const { tracer } = setUp(limit)
    const span = read(tracer.startSpan('GET', { kind: SpanKind.SERVER, links: manyLinks(200) }, crossed))
    expect(span.links).toHaveLength(limit)
    expect(span.links.at(-1)).toEqual(limit === 0 ? undefined : callerLink)
    expect(span.droppedLinksCount).toBe(dropped)
  })

  it('does without a span to keep a link on', () => {
    const tracer = new BoundaryTracerProvider(trace.getTracerProvider()).getTracer('no SDK')
    const span = tracer.startSpan('GET', { kind: SpanKind.SERVER }, crossed)
    expect(span.isRecording()).toBe(false)
    expect(trace.isSpanContextValid(span.spanContext())).toBe(false)
  })
})
