const { startTelemetry } = require('@linked-traces/telemetry')

startTelemetry({
  serviceName: 'checkout',
  inbound: [{ method: 'POST', path: '/hooks/*', mode: 'link' }],
})
