import type { ListenAddress } from '@linked-traces/service/http-service'
import { readSettings } from '@linked-traces/service/settings'

export interface DiceConfig {
  readonly address: ListenAddress
}

/**
 * Reads `DICE_HOST` (127.0.0.1) and `DICE_PORT` (8081).
 *
 * @throws {SettingsError} with every problem at once.
 */
export function resolveDiceConfig(env: NodeJS.ProcessEnv): DiceConfig {
  return readSettings(env, (settings) => ({ address: settings.listenAddress('DICE', 8081) }))
}
