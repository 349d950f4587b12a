import type { Sampler } from '@opentelemetry/sdk-trace'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'
import type { SamplerConfig } from '../config/telemetry-config.ts'
import { LinkedSampler } from '../sampling/linked-sampler.ts'
import { ParentSampler } from '../sampling/parent-sampler.ts'

/**
 * The sampler behind a name of `OTEL_TRACES_SAMPLER`.
 *
 * @param generateRandomness for tracers that do not set the W3C `random` flag on the roots they start
 */
export function createSampler(config: SamplerConfig, generateRandomness?: () => string): Sampler {
  switch (config.name) {
    case 'always_on':
      return new AlwaysOnSampler()
    case 'always_off':
      return new AlwaysOffSampler()
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(config.ratio)
    case 'parentbased_always_on':
      return parentBased(new AlwaysOnSampler())
    case 'parentbased_always_off':
      return parentBased(new AlwaysOffSampler())
    case 'parentbased_traceidratio':
      return parentBased(new TraceIdRatioBasedSampler(config.ratio))
    case 'linked_probability':
      return new LinkedSampler({ ...config, mode: 'probability', generateRandomness })
    case 'linked_follow':
      return new LinkedSampler({ ...config, mode: 'follow', generateRandomness })
    case 'custom':
      return config.sampler
  }
}

/** Described as the SDK's own, which it decides as. */
function parentBased(root: Sampler): Sampler {
  return new ParentSampler(root, new ParentBasedSampler({ root }).toString())
}
