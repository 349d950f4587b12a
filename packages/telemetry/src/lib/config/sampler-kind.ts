import type { Sampler } from '@opentelemetry/sdk-trace'
import type { Kind } from './kind.ts'
import { fraction, oneOf, Refusal } from './kind.ts'
import type { SamplerConfig } from './telemetry-config.ts'

const remote = 'Remote sampling is not built in: pass a Sampler of your own in code.'

const samplerName = oneOf(
  [
    'always_on',
    'always_off',
    'traceidratio',
    'parentbased_always_on',
    'parentbased_always_off',
    'parentbased_traceidratio',
  ],
  { jaeger_remote: remote, parentbased_jaeger_remote: remote, xray: remote },
)

/** A name, and in code also a name with its ratio or a Sampler. Without its argument a ratio is 1, as specified. */
export const sampler: Kind<SamplerConfig> = {
  expected: samplerName.expected,
  parse(raw) {
    if (isSampler(raw)) return { name: 'custom', sampler: raw }
    const given: { name?: unknown; ratio?: unknown } =
      typeof raw === 'object' && raw !== null ? raw : { name: raw }
    const name = samplerName.parse(given.name)
    if (name instanceof Refusal) return name
    if (name !== 'traceidratio' && name !== 'parentbased_traceidratio') return { name }
    const ratio = fraction.parse(given.ratio ?? 1)
    return ratio instanceof Refusal ? ratio : { name, ratio }
  },
}

function isSampler(value: unknown): value is Sampler {
  return (
    typeof value === 'object' &&
    value !== null &&
    'shouldSample' in value &&
    typeof value.shouldSample === 'function'
  )
}
