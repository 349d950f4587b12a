import type { Sampler } from '@opentelemetry/sdk-trace'
import type { Kind, RefusalPoint } from './kind.ts'
import { fraction, oneOf, Refusal, rate } from './kind.ts'
import { printable } from './printable.ts'
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
    'linked_probability',
    'linked_follow',
  ],
  { jaeger_remote: remote, parentbased_jaeger_remote: remote, xray: remote },
)

/** A name, and in code also a name with its arguments, or a Sampler. Without its argument a ratio is 1, as specified. */
export const sampler: Kind<SamplerConfig> = {
  expected: samplerName.expected,
  parse(raw) {
    if (isSampler(raw)) return { name: 'custom', sampler: raw }
    const { name: word, ...given }: { readonly name?: unknown } =
      typeof raw === 'object' && raw !== null ? raw : { name: raw }
    const name = samplerName.parse(word)
    if (name instanceof Refusal) return name
    switch (name) {
      case 'linked_probability':
      case 'linked_follow': {
        const args = parseArguments(name, given, { ratio: fraction, rootsPerSecond: rate })
        return args instanceof Refusal ? args : { name, ratio: 1, ...args }
      }
      case 'traceidratio':
      case 'parentbased_traceidratio': {
        const args = parseArguments(name, given, { ratio: fraction })
        return args instanceof Refusal ? args : { name, ratio: 1, ...args }
      }
      default: {
        const args = parseArguments(name, given, {})
        return args instanceof Refusal ? args : { name }
      }
    }
  },
}

/** Those that a sampler takes, by name. Any other is refused: a misspelt `ratio` would have all recorded in silence. */
function parseArguments<Argument extends string>(
  sampler: string,
  given: object,
  kinds: Readonly<Record<Argument, Kind<number>>>,
): Partial<Record<Argument, number>> | Refusal {
  const names = Object.keys(kinds) as Argument[]
  const values: Partial<Record<Argument, number>> = {}
  const points: RefusalPoint[] = []
  for (const [key, raw] of Object.entries(given)) {
    if (raw === undefined || raw === null) continue
    const name = names.find((known) => known === key)
    if (name === undefined) {
      const expected = `${sampler} with ${names.join(' and ') || 'nothing else'}`
      points.push({ expected, received: key, cure: 'Correct the name, or remove it.' })
      continue
    }
    const value = kinds[name].parse(raw)
    if (value instanceof Refusal) {
      const received = printable(raw)
      const expected = `${name} to be ${kinds[name].expected}`
      points.push(...value.points.map((point) => ({ expected, received, ...point })))
    } else {
      values[name] = value
    }
  }
  return points.length > 0 ? new Refusal(...points) : values
}

function isSampler(value: unknown): value is Sampler {
  return (
    typeof value === 'object' &&
    value !== null &&
    'shouldSample' in value &&
    typeof value.shouldSample === 'function'
  )
}
