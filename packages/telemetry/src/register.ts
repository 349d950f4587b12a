import { startTelemetry, TelemetryConfigError } from './index.ts'

// For `node --import @linked-traces/telemetry/register`: everything comes from the environment.
try {
  startTelemetry()
} catch (error) {
  if (!(error instanceof TelemetryConfigError)) throw error
  // The message is for whoever set the variables: where this package found out is no news to them.
  console.error(error.message)
  process.exit(1)
}
