import { randomInt } from 'node:crypto'
import process from 'node:process'
import { runService } from '@linked-traces/service/run-service'
import { diceApp } from './app.ts'
import { resolveDiceConfig } from './config.ts'
import { telemetry } from './telemetry.ts'

await runService({
  name: 'dice',
  process,
  create: () => {
    const { address } = resolveDiceConfig(process.env)
    return { address, listener: diceApp(randomInt) }
  },
  flush: () => telemetry.shutdown(),
})
