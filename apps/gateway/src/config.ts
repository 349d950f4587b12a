import type { ListenAddress } from '@linked-traces/service/http-service'
import { readSettings } from '@linked-traces/service/settings'

export interface GatewayConfig {
  readonly address: ListenAddress
  /** Address of dice, without a slash at its end. */
  readonly diceUrl: string
  /** The longest dice may take for an answer, in milliseconds, connecting included. */
  readonly diceTimeoutMillis: number
  /** Address of the workbench, where the answers tell where to see their traces. */
  readonly workbenchUrl: string | undefined
}

/**
 * Reads `GATEWAY_HOST` (127.0.0.1), `GATEWAY_PORT` (8080), `DICE_URL` (made of `DICE_HOST` and `DICE_PORT`, unless set),
 * `DICE_TIMEOUT_MS` (5000) and `WORKBENCH_URL` (none).
 *
 * @throws {SettingsError} with every problem at once.
 */
export function resolveGatewayConfig(env: NodeJS.ProcessEnv): GatewayConfig {
  return readSettings(env, (settings) => ({
    address: settings.listenAddress('GATEWAY', 8080),
    diceUrl: settings.serviceUrl('DICE', 8081),
    diceTimeoutMillis: settings.wholeNumber('DICE_TIMEOUT_MS', 5000, 1, 60_000),
    workbenchUrl: settings.httpUrl('WORKBENCH_URL'),
  }))
}
