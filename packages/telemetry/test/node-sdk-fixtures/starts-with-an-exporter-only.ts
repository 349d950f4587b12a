import { NodeSDK } from '@opentelemetry/sdk-node'
import { withLinkedTraces } from '../../src/node-sdk.ts'
import { PrintingExporter } from './prints-spans.ts'

const sdk = new NodeSDK(withLinkedTraces({ traceExporter: new PrintingExporter() }))
sdk.start()
process.once('beforeExit', () => sdk.shutdown())
