import { startTelemetry } from '@linked-traces/telemetry'

/** Given to `node --import`, so that it precedes every module it instruments. */
export const telemetry = startTelemetry({
  serviceName: 'dice',
  inbound: [{ path: '/roll_with_link', mode: 'link' }],
  untracedPaths: ['/healthz', '/readyz'],
})
