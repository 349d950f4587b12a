import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api'
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { createSampler } from './create-sampler.ts'

describe('createSampler', () => {
  it.each([
    [{ name: 'always_on' }, 'AlwaysOnSampler'],
    [{ name: 'always_off' }, 'AlwaysOffSampler'],
    [{ name: 'traceidratio', ratio: 0.25 }, 'TraceIdRatioBased{0.25}'],
    [{ name: 'parentbased_always_on' }, /^ParentBased{root=AlwaysOnSampler, /],
    [{ name: 'parentbased_always_off' }, /^ParentBased{root=AlwaysOffSampler, /],
    [{ name: 'parentbased_traceidratio', ratio: 0.5 }, /^ParentBased{root=TraceIdRatioBased{0.5}, /],
    [{ name: 'linked_probability', ratio: 0.25 }, 'LinkedProbability{0.25}'],
    [{ name: 'linked_follow', ratio: 1, rootsPerSecond: 10 }, 'LinkedFollow{1, rootsPerSecond=10}'],
    [{ name: 'custom', sampler: new AlwaysOffSampler() }, 'AlwaysOffSampler'],
  ] as const)('makes the sampler of %j', (config, description) => {
    expect(createSampler(config).toString()).toMatch(description)
  })

  it('has linked samplers state the randomness that it is given', () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
    const stated = (generateRandomness?: () => string) =>
      (['linked_probability', 'linked_follow'] as const).map((name) =>
        createSampler({ name, ratio: 1 }, generateRandomness)
          .shouldSample(ROOT_CONTEXT, traceId, 'root', SpanKind.INTERNAL, {}, [])
          .traceState?.serialize(),
      )
    expect(stated()).toEqual(['ot=th:0', 'ot=th:0'])
    expect(stated(() => '6e6d1a75832a2f')).toEqual(['ot=th:0;rv:6e6d1a75832a2f', 'ot=th:0;rv:6e6d1a75832a2f'])
  })
})
