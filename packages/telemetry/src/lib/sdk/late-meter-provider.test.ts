import type { Attributes, MeterProvider } from '@opentelemetry/api'
import { createNoopMeter, SamplingDecision } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, it, vi } from 'vitest'
import { LateMeterProvider } from './late-meter-provider.ts'

/** Sums by name and attributes. */
function recordingProvider() {
  const sums: Record<string, number> = {}
  const create = (name: string) => ({
    add(value: number, attributes: Attributes = {}) {
      const key = [name, ...Object.values(attributes)].join(' ')
      sums[key] = (sums[key] ?? 0) + value
    },
  })
  const meter = Object.assign(Object.create(createNoopMeter()), {
    createCounter: create,
    createUpDownCounter: create,
  })
  const getMeter = vi.fn<MeterProvider['getMeter']>(() => meter)
  return { sums, getMeter }
}

describe('LateMeterProvider', () => {
  it("passes on the SDK's metrics of spans: those that live already, and those that start from then on", () => {
    const meters = new LateMeterProvider()
    let decision = SamplingDecision.RECORD_AND_SAMPLED
    const sampler = { shouldSample: () => ({ decision }), toString: () => 'as told' }
    const tracer = new TracerProvider({ meterProvider: meters, sampler }).getTracer('app')
    tracer.startSpan('over').end()
    const alive = tracer.startSpan('alive')
    decision = SamplingDecision.RECORD
    const recorded = tracer.startSpan('recorded alone')
    decision = SamplingDecision.RECORD_AND_SAMPLED
    const aliveToo = tracer.startSpan('alive, too')
    const { sums, getMeter } = recordingProvider()
    meters.connect({ getMeter })
    expect(sums).toEqual({ 'otel.sdk.span.live RECORD_AND_SAMPLE': 2, 'otel.sdk.span.live RECORD_ONLY': 1 })
    alive.end()
    recorded.end()
    aliveToo.end()
    tracer.startSpan('later').end()
    expect(sums).toEqual({
      'otel.sdk.span.live RECORD_AND_SAMPLE': 0,
      'otel.sdk.span.live RECORD_ONLY': 0,
      'otel.sdk.span.started none RECORD_AND_SAMPLE': 1,
    })
    expect(getMeter).toHaveBeenCalledWith('@opentelemetry/sdk-trace', expect.any(String))
  })

  it('is the provider that is there already, and stays with the first one', () => {
    const [first, second] = [recordingProvider(), recordingProvider()]
    const meters = new LateMeterProvider(first)
    const told = vi.fn()
    meters.whenConnected(told)
    meters.connect(second)
    meters.connect(undefined)
    meters.getMeter('app').createCounter('calls').add(1)
    expect(told.mock.calls).toEqual([[first]])
    expect([first.sums, second.sums]).toEqual([{ calls: 1 }, {}])
  })

  it('tells who waits as soon as there is one, once', () => {
    const meters = new LateMeterProvider()
    const told = vi.fn()
    meters.whenConnected(told)
    meters.connect(undefined)
    expect(told).not.toHaveBeenCalled()
    const provider = recordingProvider()
    meters.connect(provider)
    meters.connect(recordingProvider())
    expect(told.mock.calls).toEqual([[provider]])
  })
})
