import type { Setting } from './setting.ts'
import type { SettingsReader } from './settings-reader.ts'
import { samplingSettings } from './span-settings.ts'
import type { SamplerConfig } from './telemetry-config.ts'

/**
 * The sampler with its arguments. Those of the environment are of a sampler that is named there
 * (configuration/sdk-environment-variables.md); beside any other they are not used, which `notices` says.
 */
export function resolveSampler(reader: SettingsReader, notices: string[]): SamplerConfig {
  const { sampler: setting, samplerArg, rootsPerSecond } = samplingSettings
  const sampler = reader.read(setting)
  const named = reader.find(setting)?.layer === 'environment' ? sampler : undefined
  const isRatio = named !== undefined && 'ratio' in named
  const isLinked = isRatio && named.name.startsWith('linked_')
  const argument = (of: Setting<number>, isTaken: boolean, taker: string) => {
    const found = reader.find(of)
    if (found === undefined || isTaken) return reader.read(of)
    notices.push(`${found.key} is not used: the sampler is not ${taker} named by OTEL_TRACES_SAMPLER.`)
    return undefined
  }
  const ratio = argument(samplerArg, isRatio, 'a ratio')
  const limit = argument(rootsPerSecond, isLinked, 'a linked one')
  return {
    ...sampler,
    ...(ratio !== undefined && { ratio }),
    ...(limit !== undefined && { rootsPerSecond: limit }),
  }
}
