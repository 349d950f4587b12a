import { withLinkedTraces } from '@linked-traces/telemetry/node-sdk'
import { NodeSDK } from '@opentelemetry/sdk-node'

const sdk = new NodeSDK(
  withLinkedTraces(
    { serviceName: 'checkout' },
    { inbound: [{ method: 'POST', path: '/hooks/*', mode: 'link' }] },
  ),
)
sdk.start()
