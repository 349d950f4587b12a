import 'autotel/register'
import { init } from 'autotel'

init({
  service: 'bench',
  endpoint: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
  autoInstrumentations: ['http', 'express', 'undici'],
  metrics: false,
  logs: false,
  sampling: 'development',
})
