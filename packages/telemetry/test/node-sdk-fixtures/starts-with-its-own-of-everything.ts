import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import { installEsmHooks } from '../../src/lib/sdk/esm-hooks.ts'
import { withLinkedTraces } from '../../src/node-sdk.ts'
import { PrintingExporter } from './prints-spans.ts'

const instrumentations = [
  new HttpInstrumentation({
    startIncomingSpanHook: () => ({ 'app.incoming': true }),
    requestHook: (span) => span.setAttribute('app.request', true),
    responseHook: (span) => span.setAttribute('app.response', true),
  }),
  new ExpressInstrumentation(),
]
const sdk = new NodeSDK(
  withLinkedTraces(
    {
      spanProcessors: [new SimpleSpanProcessor({ exporter: new PrintingExporter() })],
      textMapPropagator: new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER }),
      instrumentations: [instrumentations],
    },
    { inbound: [{ path: '/items/*', method: 'GET', mode: 'link' }] },
  ),
)
sdk.start()
// Stands for the loader hooks that an application of ES modules has of its own.
installEsmHooks(instrumentations)
process.once('beforeExit', () => sdk.shutdown())
