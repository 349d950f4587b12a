import { startTelemetry } from '@linked-traces/telemetry'

export const telemetry = startTelemetry({
  serviceName: 'checkout',
  // Webhooks come from elsewhere: each starts a trace of its own, linked to its caller's. All others are continued.
  inbound: [{ method: 'POST', path: '/hooks/*', mode: 'link' }],
  untracedPaths: ['/healthz'],
})
