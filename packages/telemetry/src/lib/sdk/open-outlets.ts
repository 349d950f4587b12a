import type { MeterProvider } from '@opentelemetry/api'
import { createNoopMeter, metrics } from '@opentelemetry/api'
import type { TelemetryConfig } from '../config/telemetry-config.ts'
import type { ExportEnd } from '../export/delivery.ts'
import type { ProcessEndOptions } from '../export/process-end.ts'
import { DISTRO } from './distro.ts'
import { isMainThread } from './is-main-thread.ts'
import { LateMeterProvider } from './late-meter-provider.ts'
import { observeDelivery } from './observe-delivery.ts'
import { Outlets } from './outlets.ts'

/** The end of a process may be put off for 5 s. */
export const PROCESS_END: ProcessEndOptions = { deadlineMillis: 5000, signals: isMainThread() }

/** The outlets of a process, and the meter provider that hears of them. */
export interface OpenOutlets {
  readonly outlets: Outlets
  readonly meters: LateMeterProvider
  /** From now on the deliveries have metrics. */
  observe(): void
}

/**
 * Opens an outlet to every destination of a configuration.
 *
 * @param meterProvider gets the metrics; default the one that is registered with the API, now or later.
 */
export function openOutlets(
  { destinations, queue, spool }: Pick<TelemetryConfig, 'destinations' | 'queue' | 'spool'>,
  say: (line: string) => void,
  meterProvider?: MeterProvider,
): OpenOutlets {
  const meters = new LateMeterProvider(meterProvider ?? registeredMeterProvider())
  let recordExport: (index: number, end: ExportEnd) => void = () => {}
  const outlets = new Outlets({
    destinations,
    queue,
    spool,
    shutdownMillis: PROCESS_END.deadlineMillis,
    say,
    onExportEnd(index, end) {
      if (!meters.connected) meters.connect(registeredMeterProvider())
      recordExport(index, end)
    },
  })
  return {
    outlets,
    meters,
    observe() {
      meters.whenConnected((provider) => {
        recordExport = observeDelivery(provider, () => outlets.figures())
      })
    },
  }
}

/** Nothing while it is the API's own, which does nothing. */
function registeredMeterProvider(): MeterProvider | undefined {
  const provider = metrics.getMeterProvider()
  return provider.getMeter(DISTRO.name) === createNoopMeter() ? undefined : provider
}
