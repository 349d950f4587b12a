const { configure } = require('@pydantic/logfire-node')

configure({
  token: 'pylf_v1_us_0123456789',
  sendToLogfire: true,
  serviceName: 'bench',
  advanced: { baseUrl: process.env.OTEL_EXPORTER_OTLP_ENDPOINT },
  metrics: false,
  console: false,
  nodeAutoInstrumentations: Object.fromEntries(
    ['dns', 'net', 'router', 'runtime-node'].map((name) => [
      `@opentelemetry/instrumentation-${name}`,
      { enabled: false },
    ]),
  ),
})
