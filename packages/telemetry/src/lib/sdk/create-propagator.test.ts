import type { Context } from '@opentelemetry/api'
import { defaultTextMapSetter, propagation, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import type { PropagatorName } from '../config/telemetry-config.ts'
import { createPropagator } from './create-propagator.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const context: Context = propagation.setBaggage(
  trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED }),
  propagation.createBaggage({ tenant: { value: 'a' } }),
)

describe('createPropagator', () => {
  it.each<[PropagatorName[], Record<string, string>]>([
    [['tracecontext'], { traceparent: `00-${traceId}-${spanId}-01` }],
    [['baggage'], { baggage: 'tenant=a' }],
    [['b3'], { b3: `${traceId}-${spanId}-1` }],
    [['b3multi'], { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': '1' }],
    [['tracecontext', 'baggage'], { traceparent: `00-${traceId}-${spanId}-01`, baggage: 'tenant=a' }],
    [[], {}],
  ])('writes the headers of %j', (names, headers) => {
    const carrier = {}
    createPropagator(names, []).inject(context, carrier, defaultTextMapSetter)
    expect(carrier).toEqual(headers)
  })
})
