import process from 'node:process'
import { runService } from '@linked-traces/service/run-service'
import { gatewayApp } from './app.ts'
import { resolveGatewayConfig } from './config.ts'
import { DiceClient } from './dice-client.ts'
import { telemetry } from './telemetry.ts'

await runService({
  name: 'gateway',
  process,
  create: () => {
    const { address, diceUrl, diceTimeoutMillis, workbenchUrl } = resolveGatewayConfig(process.env)
    return { address, listener: gatewayApp(new DiceClient(diceUrl, diceTimeoutMillis), workbenchUrl) }
  },
  flush: () => telemetry.shutdown(),
})
