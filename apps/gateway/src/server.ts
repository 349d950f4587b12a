import process from 'node:process'
import { runService } from '@linked-traces/service/run-service'
import { gatewayApp } from './app.ts'
import { BatchQueue } from './batch-queue.ts'
import { resolveGatewayConfig } from './config.ts'
import { MAX_COUNT } from './count-parameter.ts'
import { DeferredJobs } from './deferred-jobs.ts'
import { DiceClient } from './dice-client.ts'
import { processRolls, type RollMessage } from './roll-messages.ts'
import { telemetry } from './telemetry.ts'

/** How long jobs may take after the last request was answered, in milliseconds. */
const JOBS_DEADLINE_MILLIS = 4000

const jobs = new DeferredJobs({ maxJobs: 1000, keepMillis: 300_000, now: () => performance.now() })

await runService({
  name: 'gateway',
  process,
  create: () => {
    const { address, diceUrl, diceTimeoutMillis, workbenchUrl } = resolveGatewayConfig(process.env)
    const dice = new DiceClient(diceUrl, diceTimeoutMillis)
    const queue = new BatchQueue<RollMessage>({
      consume: (batch) => processRolls(dice, batch),
      maxBatch: MAX_COUNT,
      maxWaiting: 1024,
      lingerMillis: 100,
    })
    return { address, listener: gatewayApp({ dice, jobs, queue, workbenchUrl }) }
  },
  flush: async () => {
    const unfinished = await jobs.finish(JOBS_DEADLINE_MILLIS)
    await telemetry.shutdown()
    if (unfinished > 0) {
      console.error(`gateway broke off ${unfinished} unfinished job(s) after ${JOBS_DEADLINE_MILLIS} ms.`)
      // Their calls of dice would hold the process to their own deadline.
      process.exit(1)
    }
  },
})
