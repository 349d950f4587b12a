import type { Attributes, MeterProvider, SpanOptions } from '@opentelemetry/api'
import { createNoopMeter, INVALID_SPAN_CONTEXT, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import type { Sampler, TracerProviderOptions } from '@opentelemetry/sdk-trace'
import { SamplingDecision, TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { DistroTracerProvider } from '../sdk/distro-tracer-provider.ts'

type Added = readonly [name: string, value: number, attributes: Attributes | undefined]

/** A meter provider that remembers what was added to its sums. */
function noting(): { readonly added: Added[]; readonly meterProvider: MeterProvider } {
  const added: Added[] = []
  const sum = (name: string) => ({
    add: (value: number, attributes?: Attributes) => void added.push([name, value, attributes]),
  })
  const meter = Object.assign(Object.create(createNoopMeter()), {
    createCounter: sum,
    createUpDownCounter: sum,
  })
  return { added, meterProvider: { getMeter: () => meter } }
}

const deciding = (decision: SamplingDecision): Sampler => ({ shouldSample: () => ({ decision }) })

const parentOf = (isRemote: boolean) =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    traceFlags: 1,
    isRemote,
  })

describe('SpanTracer', () => {
  it.each([SamplingDecision.NOT_RECORD, SamplingDecision.RECORD, SamplingDecision.RECORD_AND_SAMPLED])(
    'counts spans as the tracer of the SDK does, with the decision %d',
    (decision) => {
      const countedBy = (create: (options: TracerProviderOptions) => TracerProvider) => {
        const { added, meterProvider } = noting()
        const tracer = create({ sampler: deciding(decision), meterProvider }).getTracer('test')
        for (const context of [ROOT_CONTEXT, parentOf(true), parentOf(false)]) {
          const span = tracer.startSpan('span', {}, context)
          span.end()
          span.end()
        }
        return added
      }
      const ours = countedBy((options) => new DistroTracerProvider(options))
      expect(ours).toEqual(countedBy((options) => new TracerProvider(options)))
      expect(ours.length).toBe(decision === SamplingDecision.NOT_RECORD ? 3 : 9)
    },
  )

  it('starts nothing while tracing is suppressed', () => {
    const { added, meterProvider } = noting()
    const tracer = new DistroTracerProvider({ meterProvider }).getTracer('test')
    const span = tracer.startSpan('none', { root: true }, suppressTracing(ROOT_CONTEXT))
    expect(span.isRecording()).toBe(false)
    expect(span.spanContext()).toBe(INVALID_SPAN_CONTEXT)
    expect(added).toEqual([])
  })

  it('shows samplers the context without the parent that a root does not have, and what is in it besides', () => {
    const seen: unknown[] = []
    const key = Symbol('beside')
    const sampler: Sampler = {
      shouldSample(context, traceId, name, kind, attributes, links) {
        seen.push([trace.getSpan(context), context.getValue(key), traceId, name, kind, attributes, links])
        return { decision: SamplingDecision.NOT_RECORD }
      },
    }
    const options: SpanOptions = {
      root: true,
      attributes: { a: 1 },
      links: [{ context: INVALID_SPAN_CONTEXT }],
    }
    const span = new DistroTracerProvider({ sampler })
      .getTracer('test')
      .startSpan('root', options, parentOf(true).setValue(key, 'value'))
    const { traceId } = span.spanContext()
    expect(traceId).not.toBe('a'.repeat(32))
    expect(seen).toEqual([
      [undefined, 'value', traceId, 'root', 0, { a: 1 }, [{ context: INVALID_SPAN_CONTEXT }]],
    ])
  })
})
