const { startTelemetry }: typeof import('@linked-traces/telemetry') = require('@linked-traces/telemetry')

startTelemetry({
  serviceName: 'checkout',
  inbound: [{ method: 'POST', path: '/hooks/*', mode: 'link' }],
})
