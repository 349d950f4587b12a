import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { register } from 'import-in-the-middle/register-hooks.mjs'

const exporter = new OTLPTraceExporter()
const provider = new TracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'bench' }),
  spanProcessors: [
    new BatchSpanProcessor({
      exporter,
      scheduledDelayMillis: Number(process.env.OTEL_BSP_SCHEDULE_DELAY),
      maxQueueSize: Number(process.env.OTEL_BSP_MAX_QUEUE_SIZE),
    }),
  ],
})
trace.setGlobalTracerProvider(provider)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
propagation.setGlobalPropagator(new W3CTraceContextPropagator())
registerInstrumentations({
  tracerProvider: provider,
  instrumentations:
    process.env.BENCH_HTTP_ONLY === 'true'
      ? [new HttpInstrumentation()]
      : [new HttpInstrumentation(), new ExpressInstrumentation(), new UndiciInstrumentation()],
})
register({ include: ['http', 'https', 'node:http', 'node:https', 'express', 'router'] })
