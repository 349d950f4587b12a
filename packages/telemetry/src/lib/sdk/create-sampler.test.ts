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
    [{ name: 'custom', sampler: new AlwaysOffSampler() }, 'AlwaysOffSampler'],
  ] as const)('makes the sampler of %j', (config, description) => {
    expect(createSampler(config).toString()).toMatch(description)
  })
})
