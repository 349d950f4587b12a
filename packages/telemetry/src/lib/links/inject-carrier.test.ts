import { type Context, context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { extractCarrier } from './extract-carrier.ts'
import { injectCarrier } from './inject-carrier.ts'
import { parseTraceState } from './tracestate.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const SPAN_ID = 'b7ad6b7169203331'
const traceparent = `00-${TRACE_ID}-${SPAN_ID}-03`
const stale = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

function current(traceState?: string): Context {
  const parsed = parseTraceState(traceState ?? '')
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: TRACE_ID,
    spanId: SPAN_ID,
    traceFlags: 3,
    ...(parsed && { traceState: parsed }),
  })
}

describe('injectCarrier', () => {
  afterEach(() => {
    context.disable()
    propagation.disable()
  })

  it('returns a new object with the current trace context, its random flag and its tracestate', () => {
    const tracestate = `1st=${'v'.repeat(256)},2nd@x=${'v'.repeat(245)}`
    expect(tracestate).toHaveLength(512)
    expect(injectCarrier(undefined, { context: current(tracestate) })).toEqual({ traceparent, tracestate })
  })

  it('sends 512 characters of tracestate at the most, in whole members, and has the longest go first', () => {
    const short = Array.from({ length: 30 }, (_, index) => `m${index + 10}=${'v'.repeat(12)}`).join(',')
    expect(short).toHaveLength(509)
    const long = `long=${'v'.repeat(124)}`
    expect(injectCarrier({}, { context: current(`${long},${short}`) })).toEqual({
      traceparent,
      tracestate: short,
    })
  })

  it('takes the active context unless given another', () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    expect(context.with(current(), () => injectCarrier())).toEqual({ traceparent })
    expect(injectCarrier()).toEqual({})
  })

  it('takes null for no options', () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    expect(context.with(current(), () => injectCarrier(null, null))).toEqual({ traceparent })
  })

  it.each(['link', 'continue'] as const)(
    'states the relation %s, which extractCarrier honours',
    (relation) => {
      const carrier = injectCarrier({}, { relation, context: current() })
      expect(carrier).toEqual({ traceparent, 'linked-traces-relation': relation })
      expect(extractCarrier(carrier)).toMatchObject({
        root: relation === 'link',
        spanContext: { spanId: SPAN_ID },
      })
    },
  )

  it('sends no empty tracestate', () => {
    propagation.setGlobalPropagator(new W3CTraceContextPropagator())
    const spanContext = trace.getSpanContext(current('a=1'))
    const traceState = spanContext?.traceState?.unset('a')
    const emptied =
      spanContext && traceState && trace.setSpanContext(ROOT_CONTEXT, { ...spanContext, traceState })
    expect(emptied && injectCarrier({}, { context: emptied })).toEqual({ traceparent })
  })

  it('adds what the registered propagator writes besides', () => {
    propagation.setGlobalPropagator(
      new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
    )
    const withBaggage = propagation.setBaggage(
      current('a=1'),
      propagation.createBaggage({ tenant: { value: 't' } }),
    )
    expect(injectCarrier({}, { context: withBaggage })).toEqual({
      traceparent,
      tracestate: 'a=1',
      baggage: 'tenant=t',
    })
  })

  it('replaces fields of another case and those that speak of another trace, and keeps all others', () => {
    const copied = {
      TraceParent: stale,
      TraceState: 'old=1',
      'Linked-Traces-Relation': 'link',
      'Content-Type': 'x',
    }
    expect(injectCarrier(copied, { context: current() })).toEqual({ 'Content-Type': 'x', traceparent })
  })

  it('leaves copied fields alone where there is no span to speak of', () => {
    const copied = { traceparent: stale, tracestate: 'old=1' }
    expect(injectCarrier(copied, { context: ROOT_CONTEXT })).toEqual({
      traceparent: stale,
      tracestate: 'old=1',
    })
  })

  it('writes into Headers and a Map', () => {
    const headers = new Headers({ traceparent: stale, tracestate: 'old=1', accept: 'x' })
    expect(injectCarrier(headers, { context: current() })).toBe(headers)
    expect(Object.fromEntries(headers)).toEqual({ accept: 'x', traceparent })
    const map = new Map([['Traceparent', stale]])
    expect(injectCarrier(map, { context: current(), relation: 'link' })).toBe(map)
    expect(Object.fromEntries(map)).toEqual({ traceparent, 'linked-traces-relation': 'link' })
  })

  it('writes every field once through a setter', () => {
    propagation.setGlobalPropagator(new W3CTraceContextPropagator())
    const written: [string, string][] = []
    const attributes: Record<string, { DataType: string; StringValue: string }> = {}
    const setter = {
      set(carrier: typeof attributes, key: string, value: string) {
        written.push([key, value])
        carrier[key] = { DataType: 'String', StringValue: value }
      },
    }
    injectCarrier(attributes, { context: current('a=1'), setter })
    expect(written).toEqual([
      ['traceparent', traceparent],
      ['tracestate', 'a=1'],
    ])
    expect(extractCarrier(attributes).spanContext?.spanId).toBe(SPAN_ID)
  })

  it('never throws, whatever the carrier is', () => {
    propagation.setGlobalPropagator(new W3CTraceContextPropagator())
    expect(injectCarrier(Object.freeze({ a: 1 }), { context: current() })).toEqual({ a: 1 })
    const setter = {
      set() {
        throw new Error('no')
      },
    }
    expect(injectCarrier({}, { context: current(), setter })).toEqual({})
    fc.assert(
      fc.property(
        fc.anything({ withMap: true, withTypedArray: true, withNullPrototype: true }),
        (carrier) => {
          injectCarrier(carrier as object, { context: current('a=1'), relation: 'link' })
        },
      ),
      { seed: 20261107, numRuns: 500 },
    )
  })
})
