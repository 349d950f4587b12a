import { startTelemetry } from './index.ts'

// For `node --import @linked-traces/telemetry/register`: everything comes from the environment.
startTelemetry()
