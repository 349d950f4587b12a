import { SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import { startTelemetry } from '../../src/index.ts'
import { PrintingExporter } from '../node-sdk-fixtures/prints-spans.ts'

const telemetry = startTelemetry({
  serviceName: 'shop',
  exporters: [],
  spanProcessors: [new SimpleSpanProcessor({ exporter: new PrintingExporter() })],
})
process.once('beforeExit', () => telemetry.shutdown())
