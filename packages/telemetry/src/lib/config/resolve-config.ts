import type { TelemetryConfig } from './telemetry-config.ts'
import type { TelemetryOptions } from './telemetry-options.ts'

/** What the caller found out about the application that is started. */
export interface ApplicationFacts {
  /** `name` in the application's package.json. */
  readonly packageName?: string | undefined
  /** `version` in the application's package.json. */
  readonly packageVersion?: string | undefined
}

/**
 * Weighs code, environment and defaults, in this order.
 *
 * @throws {TelemetryConfigError} with every problem at once.
 */
export function resolveConfig(
  options: TelemetryOptions,
  env: NodeJS.ProcessEnv,
  facts: ApplicationFacts,
): TelemetryConfig {
  const workbenchUrl = options.workbenchUrl || env.WORKBENCH_URL || 'http://127.0.0.1:4318'
  return {
    disabled: options.disabled ?? env.OTEL_SDK_DISABLED?.toLowerCase() === 'true',
    resourceAttributes: {
      'service.name':
        options.serviceName || env.OTEL_SERVICE_NAME || facts.packageName || 'unknown_service:node',
    },
    destinations: [
      {
        kind: 'workbench',
        url: `${workbenchUrl}/v1/traces`,
        headers: {},
        protocol: 'http/json',
        compression: 'gzip',
        timeoutMillis: 10_000,
      },
    ],
    console: false,
    propagators: ['tracecontext', 'baggage'],
    sampler: { name: 'parentbased_always_on' },
    spanLimits: {
      attributeValueLengthLimit: Number.POSITIVE_INFINITY,
      attributeCountLimit: 128,
      eventCountLimit: 128,
      linkCountLimit: 128,
      attributePerEventCountLimit: 128,
      attributePerLinkCountLimit: 128,
    },
    queue: {
      maxQueueSize: 2048,
      maxExportBatchSize: 512,
      scheduledDelayMillis: 5000,
      exportTimeoutMillis: 30_000,
    },
    inbound: options.inbound ?? 'continue',
    forwardLinks: options.forwardLinks ?? true,
    untracedPaths: options.untracedPaths ?? [],
    logLevel: options.logLevel ?? 'info',
    notices: [],
  }
}
