const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express')
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')
const { registerOTel } = require('@vercel/otel')

registerOTel({
  serviceName: 'bench',
  instrumentations:
    process.env.BENCH_WITH_HTTP === 'true'
      ? ['fetch', new HttpInstrumentation(), new ExpressInstrumentation()]
      : ['fetch'],
  instrumentationConfig: { fetch: { propagateContextUrls: [/./] } },
})
