import { startTelemetry } from '@linked-traces/telemetry'

/** Given to `node --import`, so that it precedes every module it instruments. */
export const telemetry = startTelemetry({ serviceName: 'gateway', untracedPaths: ['/healthz', '/readyz'] })
