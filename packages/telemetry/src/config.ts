/**
 * What telemetry would be started with: for commands and checks that have to know before anything starts. Loads neither
 * the SDK nor an instrumentation.
 */
export { describeDestination } from './lib/config/describe-destination.ts'
export { resolveConfig } from './lib/config/resolve-config.ts'
export type { Destination, TelemetryConfig } from './lib/config/telemetry-config.ts'
export { TelemetryConfigError } from './lib/config/telemetry-config-error.ts'
export type { TelemetryOptions } from './lib/config/telemetry-options.ts'
