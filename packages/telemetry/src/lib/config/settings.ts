import { axiomSettings } from './axiom-settings.ts'
import { boundarySettings } from './boundary-settings.ts'
import { httpUrl } from './http-url.ts'
import { instrumentationSettings } from './instrumentation-settings.ts'
import { listOf, oneOf } from './kind.ts'
import { otlpSettings } from './otlp-settings.ts'
import { serviceSettings } from './service-settings.ts'
import type { Setting } from './setting.ts'
import { setting } from './setting.ts'
import { queueSettings, samplingSettings, spanLimitSettings, spoolSettings } from './span-settings.ts'

/** Every knob there is, by topic: what `resolveConfig` reads, and what docs/configuration.md is compared with. */
export const settings = {
  destinations: {
    workbenchUrl: setting({
      env: ['WORKBENCH_URL'],
      option: 'workbenchUrl',
      kind: httpUrl,
      default: new URL('http://127.0.0.1:4318'),
      defaultText: 'http://127.0.0.1:4318',
      doc: 'The workbench. Receives spans when no other destination is set, and beside any other when it is set itself.',
    }),
    exporters: setting({
      env: ['OTEL_TRACES_EXPORTER'],
      option: 'exporters',
      kind: listOf(
        oneOf(['otlp', 'console'], {
          none: 'Use none alone, or leave it out.',
          zipkin: 'Send OTLP to a Collector and let it export to Zipkin.',
          logging: 'Use console.',
        }),
        'none',
      ),
      default: ['otlp'],
      doc: 'otlp is the destinations of this page, console prints spans. With none, propagation and links still work.',
    }),
  },
  axiom: axiomSettings,
  otlp: otlpSettings,
  service: serviceSettings,
  boundary: boundarySettings,
  instrumentation: instrumentationSettings,
  sampling: samplingSettings,
  queue: queueSettings,
  spool: spoolSettings,
  spanLimits: spanLimitSettings,
  diagnostics: {
    logLevel: setting({
      env: ['OTEL_LOG_LEVEL'],
      option: 'logLevel',
      kind: oneOf(['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all']),
      default: 'info',
      doc: 'How much telemetry says about itself, on stderr.',
    }),
  },
}

/** The same without topics, in order. */
export const everySetting: readonly Setting<unknown>[] = Object.values(settings).flatMap((topic) =>
  Object.values<Setting<unknown>>(topic),
)
