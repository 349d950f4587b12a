import { NodeSDK } from '@opentelemetry/sdk-node'
import { withLinkedTraces } from '../../src/node-sdk.ts'

// Nobody shuts it down.
new NodeSDK(withLinkedTraces({ serviceName: 'shop' })).start()
