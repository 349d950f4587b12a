import type { Telemetry } from './index.ts'
import type { DestinationHealth } from './lib/export/telemetry-health.ts'

/** A process's telemetry in a health endpoint. */
export interface TelemetryHealthz {
  /** `failing`: the last attempt at a destination went wrong, or spans were lost. */
  readonly status: 'ok' | 'failing'
  readonly destinations: readonly DestinationHealth[]
}

/**
 * The part about telemetry for an application's own `/healthz`, as JSON: no secrets in it. Show it, and leave the endpoint's
 * status alone: a service that cannot deliver its spans is well, and must not be restarted for that.
 */
export function telemetryHealthz(telemetry: Pick<Telemetry, 'health'>): TelemetryHealthz {
  const { destinations } = telemetry.health()
  const failing = destinations.some(({ lastError, dropped }) => {
    return lastError !== undefined || Object.values(dropped).some((spans) => spans > 0)
  })
  return { status: failing ? 'failing' : 'ok', destinations }
}
