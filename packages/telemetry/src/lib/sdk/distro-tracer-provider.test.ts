import type { SpanContext } from '@opentelemetry/api'
import { INVALID_SPAN_CONTEXT, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { DistroTracerProvider } from './distro-tracer-provider.ts'

const kept = new ParentBasedSampler({ root: new AlwaysOnSampler() })
const dropped = new ParentBasedSampler({ root: new AlwaysOffSampler() })

function tracerOf(sampler: ParentBasedSampler, spans: ReadableSpan[] = []) {
  const onEnd = (span: ReadableSpan) => spans.push(span)
  const processor = { onStart() {}, onEnd, forceFlush: async () => {}, shutdown: async () => {} }
  return new DistroTracerProvider({ sampler, spanProcessors: [processor] }).getTracer('test')
}

function parentWith(flags: number): SpanContext {
  return {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    traceFlags: flags,
    isRemote: true,
  }
}

describe('DistroTracerProvider', () => {
  it.each([
    ['kept', kept, 3],
    ['dropped', dropped, 2],
  ])('says of a %s root that its id is random, whichever sampler decides', (_, sampler, flags) => {
    const tracer = tracerOf(sampler)
    expect(tracer.startSpan('root', {}, ROOT_CONTEXT).spanContext().traceFlags).toBe(flags)
    const inTrace = trace.setSpanContext(ROOT_CONTEXT, parentWith(1))
    const root = tracer.startSpan('root', { root: true }, inTrace).spanContext()
    expect(root).toMatchObject({ traceFlags: flags, traceId: expect.not.stringMatching(/^4bf9/) })
    // A parent that is none makes a root too.
    const inNone = trace.setSpanContext(ROOT_CONTEXT, INVALID_SPAN_CONTEXT)
    expect(tracer.startSpan('root', {}, inNone).spanContext().traceFlags).toBe(flags)
  })

  it.each([0, 1, 2, 3])('says of a child what its parent, with the flags %d, said', (flags) => {
    const inTrace = trace.setSpanContext(ROOT_CONTEXT, parentWith(flags))
    for (const sampler of [kept, dropped]) {
      const child = tracerOf(sampler).startSpan('child', {}, inTrace)
      expect(child.spanContext().traceFlags).toBe(flags)
      const grandchild = tracerOf(sampler).startSpan('grandchild', {}, trace.setSpan(ROOT_CONTEXT, child))
      expect(grandchild.spanContext().traceFlags).toBe(flags)
    }
  })

  it('sets no flag that nobody has defined', () => {
    const inTrace = trace.setSpanContext(ROOT_CONTEXT, parentWith(0xff))
    expect(tracerOf(kept).startSpan('child', {}, inTrace).spanContext().traceFlags).toBe(3)
  })

  it('goes for startActiveSpan in all its forms', () => {
    const tracer = tracerOf(kept)
    const flags = [
      tracer.startActiveSpan('one', (span) => span.spanContext().traceFlags),
      tracer.startActiveSpan('two', {}, (span) => span.spanContext().traceFlags),
      tracer.startActiveSpan('three', {}, ROOT_CONTEXT, (span) => span.spanContext().traceFlags),
    ]
    expect(flags).toEqual([3, 3, 3])
  })

  it('leaves the span context alone that all spans share while tracing is suppressed', () => {
    const span = tracerOf(kept).startSpan('none', {}, suppressTracing(ROOT_CONTEXT))
    expect(span.spanContext()).toEqual(INVALID_SPAN_CONTEXT)
    expect(INVALID_SPAN_CONTEXT.traceFlags).toBe(0)
  })

  it('tells starts to the microsecond, children after their parents, and hardly ever the end of one later', () => {
    const spans: ReadableSpan[] = []
    const tracer = tracerOf(kept, spans)
    const before = Date.now()
    for (let pair = 0; pair < 200; pair += 1) {
      tracer.startActiveSpan('parent', (parent) => {
        tracer.startActiveSpan('child', (child) => child.addEvent('moment').end())
        parent.end()
      })
    }
    const micros = ([seconds, nanos]: readonly [number, number]) => seconds * 1e6 + nanos / 1e3
    let endedLater = 0
    for (let pair = 0; pair < 200; pair += 1) {
      const [child, parent] = spans.slice(pair * 2)
      if (child === undefined || parent === undefined) throw new Error(`pair ${pair} is missing`)
      expect(micros(child.startTime)).toBeGreaterThanOrEqual(micros(parent.startTime))
      if (micros(child.endTime) > micros(parent.endTime) + 100) endedLater += 1
      expect(micros(child.events[0]?.time ?? [0, 0])).toBeGreaterThanOrEqual(micros(child.startTime))
    }
    // Where the clock was corrected between the two starts, or the machine did something else while a span was made.
    expect(endedLater).toBeLessThan(10)
    const starts = spans.map(({ startTime }) => micros(startTime))
    expect(starts.some((start) => start % 1000 !== 0)).toBe(true)
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(before * 1000)
    expect(Math.max(...starts)).toBeLessThan((Date.now() + 1) * 1000)
  })

  it('leaves starts alone that are given', () => {
    const spans: ReadableSpan[] = []
    tracerOf(kept, spans)
      .startSpan('past', { startTime: [1_700_000_000, 5] })
      .end([1_700_000_001, 6])
    expect(spans).toMatchObject([{ startTime: [1_700_000_000, 5], endTime: [1_700_000_001, 6] }])
  })

  it('gives the same tracer for the same name, with nothing added twice', () => {
    const provider = new DistroTracerProvider({})
    const { startSpan } = provider.getTracer('one')
    expect(provider.getTracer('one').startSpan).toBe(startSpan)
  })

  it('is heard in what is exported: the lowest bits of span.flags', () => {
    const spans: ReadableSpan[] = []
    const tracer = tracerOf(kept, spans)
    const root = tracer.startSpan('root', {}, ROOT_CONTEXT)
    const context = root.spanContext()
    tracer.startSpan('linked', { links: [{ context }] }, ROOT_CONTEXT).end()
    root.end()
    const bytes = JsonTraceSerializer.serializeRequest(spans)
    const { resourceSpans } = JSON.parse(new TextDecoder().decode(bytes))
    const exported = resourceSpans[0].scopeSpans[0].spans
    expect(exported.map(({ flags }: { flags: number }) => flags & 0xff)).toEqual([3, 3])
    expect(exported[0].links[0].flags & 0xff).toBe(3)
  })
})
