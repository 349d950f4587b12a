import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  trace,
} from '@opentelemetry/api'
import { CompositePropagator } from '@opentelemetry/core'
import { B3Propagator } from '@opentelemetry/propagator-b3'
import { describe, expect, it } from 'vitest'
import { BaggagePropagator } from '../propagation/baggage-propagator.ts'
import { TraceContextPropagator } from '../propagation/trace-context-propagator.ts'
import { withhold } from '../propagation/withheld.ts'
import { BoundaryPropagator } from './boundary-propagator.ts'
import { getCrossing } from './crossing.ts'
import { noteDecision } from './inbound-decisions.ts'
import type { InboundDecision } from './inbound-policy.ts'

const inner = new CompositePropagator({
  propagators: [new TraceContextPropagator(), new BaggagePropagator(), new B3Propagator()],
})
const propagator = new BoundaryPropagator(inner)
const local = trace.setSpanContext(ROOT_CONTEXT, {
  traceId: 'a'.repeat(32),
  spanId: 'a'.repeat(16),
  traceFlags: 1,
})

function headers(decision?: InboundDecision, traceparent = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-03`) {
  const carrier = { traceparent, tracestate: 'vendor=1', baggage: 'tenant=acme' }
  if (decision !== undefined) noteDecision(carrier, decision)
  return carrier
}

function extract(carrier: object, context = ROOT_CONTEXT) {
  const extracted = propagator.extract(context, carrier, defaultTextMapGetter)
  return {
    traceId: trace.getSpanContext(extracted)?.traceId,
    baggage: propagation.getBaggage(extracted)?.getEntry('tenant')?.value,
    crossing: getCrossing(extracted),
  }
}

const caller = {
  traceId: 'c'.repeat(32),
  spanId: 'd'.repeat(16),
  traceFlags: 3,
  isRemote: true,
  traceState: expect.objectContaining({}),
}

describe('BoundaryPropagator', () => {
  it('extracts like the propagator it wraps where nothing was decided', () => {
    expect(extract(headers())).toEqual({ traceId: caller.traceId, baggage: 'acme', crossing: undefined })
  })

  it('lets the context of a trusted caller in, and notes the boundary', () => {
    expect(extract(headers({ mode: 'link', trusted: true }))).toEqual({
      traceId: caller.traceId,
      baggage: 'acme',
      crossing: { caller, trusted: true },
    })
  })

  it('lets nothing but the span context of an untrusted caller in', () => {
    expect(extract(headers({ mode: 'link', trusted: false }))).toEqual({
      traceId: caller.traceId,
      baggage: undefined,
      crossing: { caller, trusted: false },
    })
  })

  it('lets baggage of an untrusted caller in by the keys that are named, their values alone', () => {
    const carrier = { ...headers(), baggage: 'tenant=acme;secret=1,plan=free,__proto__=x,role=admin' }
    noteDecision(carrier, { mode: 'link', trusted: false })
    const naming = new BoundaryPropagator(inner, ['tenant', '__proto__', 'absent'])
    const extracted = naming.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter)
    expect(propagation.getBaggage(extracted)?.getAllEntries()).toEqual([
      ['tenant', { value: 'acme' }],
      ['__proto__', { value: 'x' }],
    ])
    expect(getCrossing(extracted)).toEqual({ caller, trusted: false })
  })

  it('takes no baggage of an untrusted caller that is to be ignored, whatever is named', () => {
    const carrier = headers({ mode: 'ignore', trusted: false })
    const naming = new BoundaryPropagator(inner, ['tenant'])
    expect(naming.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter)).toBe(ROOT_CONTEXT)
  })

  it('keeps flags that a propagator adds to the context from an untrusted caller', () => {
    const b3 = { 'x-b3-traceid': 'c'.repeat(32), 'x-b3-spanid': 'd'.repeat(16), 'x-b3-flags': '1' }
    noteDecision(b3, { mode: 'link', trusted: false })
    const debugging = new BoundaryPropagator(new B3Propagator())
    const out: Record<string, string> = {}
    const extracted = debugging.extract(ROOT_CONTEXT, b3, defaultTextMapGetter)
    expect(getCrossing(extracted)?.caller.spanId).toBe('d'.repeat(16))
    const fresh = trace.setSpanContext(extracted, {
      traceId: 'e'.repeat(32),
      spanId: 'e'.repeat(16),
      traceFlags: 0,
    })
    new B3Propagator({ injectEncoding: 1 }).inject(fresh, out, defaultTextMapSetter)
    expect(out['x-b3-flags']).toBeUndefined()
  })

  it('takes nothing from a request that is to be ignored', () => {
    const carrier = headers({ mode: 'ignore', trusted: true })
    expect(propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter)).toBe(ROOT_CONTEXT)
  })

  it.each(['garbage', `00-${'0'.repeat(32)}-${'d'.repeat(16)}-01`])(
    'notes no boundary for %s',
    (traceparent) => {
      const trusted = headers({ mode: 'link', trusted: true }, traceparent)
      expect(extract(trusted)).toEqual({ traceId: undefined, baggage: 'acme', crossing: undefined })
      const untrusted = headers({ mode: 'link', trusted: false }, traceparent)
      expect(extract(untrusted)).toEqual({ traceId: undefined, baggage: undefined, crossing: undefined })
    },
  )

  it('does not take the local span it extracts beside for a caller', () => {
    const carrier = headers({ mode: 'link', trusted: true }, 'garbage')
    expect(extract(carrier, local)).toEqual({ traceId: 'a'.repeat(32), baggage: 'acme', crossing: undefined })
  })

  it('decides anew for every carrier, as headers of equal content are other requests', () => {
    headers({ mode: 'ignore', trusted: true })
    expect(extract(headers()).traceId).toBe(caller.traceId)
    expect(propagator.extract(ROOT_CONTEXT, undefined, { get: () => undefined, keys: () => [] })).toBe(
      ROOT_CONTEXT,
    )
  })

  it('injects nothing for a span whose request must not carry context', () => {
    const carrier = {}
    const span = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'a'.repeat(16), traceFlags: 1 })
    withhold(span)
    propagator.inject(trace.setSpan(ROOT_CONTEXT, span), carrier, defaultTextMapSetter)
    expect(carrier).toEqual({})
  })

  it('injects what the propagator it wraps injects, and names the same fields', () => {
    const carriers: [object, object] = [{}, {}]
    inner.inject(local, carriers[0], defaultTextMapSetter)
    propagator.inject(local, carriers[1], defaultTextMapSetter)
    expect(carriers[1]).toEqual(carriers[0])
    expect(carriers[1]).toHaveProperty('traceparent')
    expect(propagator.fields()).toEqual(inner.fields())
  })
})
