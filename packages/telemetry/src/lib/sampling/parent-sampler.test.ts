import { ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api'
import { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { ParentSampler } from './parent-sampler.ts'

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN_ID = '00f067aa0ba902b7'
const { NONE, SAMPLED } = TraceFlags

describe('ParentSampler', () => {
  it.each([
    ['no parent', undefined],
    ['an invalid parent', { traceId: '0'.repeat(32), spanId: SPAN_ID, traceFlags: SAMPLED }],
    ['a parent that is kept', { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: SAMPLED }],
    ['a parent that is dropped', { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: NONE }],
    ['a remote parent that is kept', { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 3, isRemote: true }],
    [
      'a remote parent that is dropped',
      { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 2, isRemote: true },
    ],
  ])('decides with %s as the one of OpenTelemetry', (_what, parent) => {
    const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent)
    for (const root of [new AlwaysOnSampler(), new AlwaysOffSampler()]) {
      const [ours, stock] = [new ParentSampler(root, 'ours'), new ParentBasedSampler({ root })].map(
        (sampler) => sampler.shouldSample(context, TRACE_ID, 'name', SpanKind.INTERNAL, {}, []),
      )
      expect(ours).toEqual(stock)
    }
  })
})
