const { NodeSDK } = require('@opentelemetry/sdk-node')
const { withLinkedTraces } = require('@linked-traces/telemetry/node-sdk')
const { PrintingExporter } = require('./prints-spans.ts')

const sdk = new NodeSDK(withLinkedTraces({ traceExporter: new PrintingExporter() }, { inbound: 'link' }))
sdk.start()
process.once('beforeExit', () => sdk.shutdown())
