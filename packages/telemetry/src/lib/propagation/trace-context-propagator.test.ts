import type { TextMapGetter } from '@opentelemetry/api'
import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import { describe, expect, it } from 'vitest'
import { parseTraceState } from '../links/tracestate.ts'
import { TraceContextPropagator } from './trace-context-propagator.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const other = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const propagator = new TraceContextPropagator()

function value(flags = '01') {
  return `00-${traceId}-${spanId}-${flags}`
}

function extract(carrier: unknown, getter: TextMapGetter = defaultTextMapGetter) {
  return propagator.extract(ROOT_CONTEXT, carrier, getter)
}

function inject(context = ROOT_CONTEXT) {
  const carrier = {}
  propagator.inject(context, carrier, defaultTextMapSetter)
  return carrier
}

/** What a child of the received span is sent on as, by an SDK whose spans know the sampled flag alone. */
function childOf(carrier: unknown, trace_ = traceId) {
  return trace.setSpanContext(extract(carrier), { traceId: trace_, spanId: 'c'.repeat(16), traceFlags: 1 })
}

describe('TraceContextPropagator', () => {
  it('reads the span of a caller', () => {
    const spanContext = trace.getSpanContext(extract({ traceparent: value('03'), tracestate: 'b=2,a=1' }))
    expect(spanContext).toMatchObject({ traceId, spanId, traceFlags: 3, isRemote: true })
    expect(spanContext?.traceState?.serialize()).toBe('b=2,a=1')
  })

  it.each([
    ['spaces and tabs', ` \t${value()}\t `],
    ['a list of one', [value()]],
  ])('reads it from %s', (_, traceparent) => {
    expect(trace.getSpanContext(extract({ traceparent }))).toMatchObject({ traceId, spanId })
  })

  it.each([
    ['two values, as Node joins them', `${value()}, ${other}`],
    ['the same value twice', `${value()},${value()}`],
    ['a list of two', [value(), other]],
    ['a list of two in one', [`${value()}, ${other}`]],
    ['an empty list', []],
    ['what is no text', [7]],
    ['a no-break space around it', `\u00a0${value()}`],
    ['a line break around it', `${value()}\n`],
    ['nothing', ''],
  ])('reads no span from %s', (_, traceparent) => {
    expect(extract({ traceparent, tracestate: 'a=1' })).toBe(ROOT_CONTEXT)
  })

  it('combines several tracestate fields in their order', () => {
    const carrier = { traceparent: value(), tracestate: ['a=1 ', '', 'b=2,c=3'] }
    expect(trace.getSpanContext(extract(carrier))?.traceState?.serialize()).toBe('a=1,b=2,c=3')
  })

  it('reads the span although its tracestate is invalid', () => {
    const spanContext = trace.getSpanContext(extract({ traceparent: value(), tracestate: 'a=1,B=2' }))
    expect(spanContext).toEqual({ traceId, spanId, traceFlags: 1, isRemote: true })
  })

  it('does not ask for tracestate where there is no traceparent to go with it', () => {
    const asked: string[] = []
    const getter: TextMapGetter = {
      keys: () => [],
      get(_, key) {
        asked.push(key)
        return 'garbage'
      },
    }
    extract({}, getter)
    expect(asked).toEqual(['traceparent'])
  })

  it('keeps the context it extracts into where there is nothing to extract', () => {
    const context = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1 })
    expect(propagator.extract(context, { traceparent: 'garbage' }, defaultTextMapGetter)).toBe(context)
    expect(propagator.extract(context, undefined, defaultTextMapGetter)).toBe(context)
  })

  it.each([
    ['03', '03'],
    ['02', '03'],
    ['01', '01'],
    ['ff', '03'],
    ['fc', '01'],
  ])(
    'sends a child of flags %s on with %s: random as the caller said, sampled as the child is',
    (flags, sent) => {
      expect(inject(childOf({ traceparent: value(flags) }))).toEqual({
        traceparent: `00-${traceId}-${'c'.repeat(16)}-${sent}`,
      })
    },
  )

  it('says nothing of the caller about a trace of its own', () => {
    const own = 'd'.repeat(32)
    expect(inject(childOf({ traceparent: value('03') }, own))).toEqual({
      traceparent: `00-${own}-${'c'.repeat(16)}-01`,
    })
  })

  it('sends tracestate on, and no empty one', () => {
    const traceState = parseTraceState('a=1')
    if (traceState === undefined) throw new Error('a=1 is a list')
    const of = (state: typeof traceState) =>
      inject(trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1, traceState: state }))
    expect(of(traceState)).toEqual({ traceparent: value(), tracestate: 'a=1' })
    expect(of(traceState.unset('a'))).toEqual({ traceparent: value() })
  })

  it('sends nothing without a valid span, and where tracing is suppressed', () => {
    const invalid = { traceId: '0'.repeat(32), spanId, traceFlags: 1 }
    expect(inject()).toEqual({})
    expect(inject(trace.setSpanContext(ROOT_CONTEXT, invalid))).toEqual({})
    expect(inject(suppressTracing(childOf({ traceparent: value() })))).toEqual({})
  })

  it('names its fields', () => {
    expect(propagator.fields()).toEqual(['traceparent', 'tracestate'])
  })
})
