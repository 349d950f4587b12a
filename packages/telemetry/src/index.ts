import { dirname, join, resolve } from 'node:path'
import type { Tracer } from '@opentelemetry/api'
import { diag, trace } from '@opentelemetry/api'
import { resolveConfig } from './lib/config/resolve-config.ts'
import type { TelemetryOptions } from './lib/config/telemetry-options.ts'
import { installProcessEnd } from './lib/export/process-end.ts'
import type { TelemetryHealth } from './lib/export/telemetry-health.ts'
import { readApplicationPackage } from './lib/sdk/application-package.ts'
import { describeDarkCopy, findDarkApiCopy } from './lib/sdk/dark-api-copy.ts'
import { installDiagLogger } from './lib/sdk/install-diag-logger.ts'
import { openOutlets, PROCESS_END } from './lib/sdk/open-outlets.ts'
import { ProcessorsAtEnd } from './lib/sdk/processors-at-end.ts'
import { say } from './lib/sdk/say.ts'
import { startSdk } from './lib/sdk/telemetry-sdk.ts'

export type { AxiomOptions } from './lib/axiom/axiom-options.ts'
export type {
  InboundDecision,
  InboundMode,
  InboundPolicy,
  InboundRule,
} from './lib/boundary/inbound-policy.ts'
export type { ConfigProblem } from './lib/config/telemetry-config-error.ts'
export { TelemetryConfigError } from './lib/config/telemetry-config-error.ts'
export type { OtlpOptions, TelemetryOptions } from './lib/config/telemetry-options.ts'
export type { DestinationHealth, DroppedSpans, TelemetryHealth } from './lib/export/telemetry-health.ts'

/** A process's telemetry. */
export interface Telemetry {
  /**
   * Waits until every span that has ended is delivered or refused, but no longer than `OTEL_BSP_EXPORT_TIMEOUT` (30 s);
   * what is left then is tried again later. Never rejects.
   */
  flush(): Promise<void>
  /**
   * Delivers what is left within 5 s, and drops what is not delivered then: for applications that end their process
   * themselves. Spans that end later are dropped. Never rejects.
   */
  shutdown(): Promise<void>
  /** What has become of the spans so far. */
  health(): TelemetryHealth
}

const FOREIGN_SDK =
  'Another OpenTelemetry SDK was registered before: it goes on, and this one is not used. Remove one of the two.'

const STARTED = Symbol.for('@linked-traces/telemetry')
const globals: typeof globalThis & { [STARTED]?: Telemetry } = globalThis

/**
 * Starts this process's telemetry: spans of HTTP servers and clients, and those of your own, are sent to Axiom, to any
 * OTLP endpoint or to a workbench. Call it before the application is loaded, in a file given to `node --import`.
 *
 * A process has one telemetry: later calls return what the first one returned.
 *
 * @throws {TelemetryConfigError} with every setting that cannot be honoured.
 */
export function startTelemetry(options: TelemetryOptions = {}): Telemetry {
  const started = globals[STARTED]
  if (started !== undefined) {
    say('Telemetry was started before: the first start counts, and the options of this one are not used.')
    return started
  }
  const { env = process.env, spanProcessors = [], instrumentations = [] } = options
  // With `--eval` or stdin, the first argument is none of a file: `-`, or whatever the script is told.
  const folder = dirname(resolve(process.argv[1] ?? 'app.js'))
  const config = resolveConfig(options, env, readApplicationPackage(folder))

  const tell = config.logLevel === 'none' ? () => {} : say
  for (const notice of config.notices) tell(notice)
  installDiagLogger(config.logLevel, tell)
  const { outlets, meters, observe } = openOutlets(config, tell, options.meterProvider)
  const atEnd =
    spanProcessors.length === 0 ? undefined : new ProcessorsAtEnd(spanProcessors, outlets, reportProcessor)
  const processors = [...spanProcessors, ...(atEnd === undefined ? [] : [atEnd]), outlets]
  const provider = startSdk(config, processors, instrumentations, meters)
  if (provider === undefined) tell(FOREIGN_SDK)
  else observe()
  const dark = findDarkApiCopy(join(folder, 'app.js'))
  if (dark !== undefined) tell(describeDarkCopy(dark))
  const delivers = provider !== undefined && (config.destinations.length > 0 || atEnd !== undefined)
  const uninstall = delivers ? installProcessEnd(process, atEnd ?? outlets, PROCESS_END) : undefined

  const telemetry: Telemetry = {
    async flush() {
      await provider?.forceFlush({ timeoutMillis: config.queue.exportTimeoutMillis }).catch(reportProcessor)
    },
    async shutdown() {
      await provider?.shutdown().catch(reportProcessor)
      // A processor of the application's that failed has cut the wait for the others short.
      await outlets.shutdown()
      uninstall?.()
    },
    health: () => outlets.health(),
  }
  globals[STARTED] = telemetry
  return telemetry
}

/**
 * A tracer by name, as in `getTracer('service1')`: the instrumentation scope of the spans it makes. Without a started
 * telemetry its spans are no-ops.
 */
export function getTracer(name: string, version?: string): Tracer {
  return trace.getTracer(name, version)
}

function reportProcessor(error: unknown): void {
  diag.error('A span processor failed.', error)
}
