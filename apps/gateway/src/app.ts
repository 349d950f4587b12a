import { allowOnly, answerErrors, notFound, routeExactly } from '@linked-traces/service/problem-routes'
import express, { type Express } from 'express'
import type { BatchQueue } from './batch-queue.ts'
import type { DeferredJobs } from './deferred-jobs.ts'
import type { DiceClient } from './dice-client.ts'
import type { RollMessage } from './roll-messages.ts'
import { deferredRoll } from './routes/deferred-roll.ts'
import { rollBatch } from './routes/roll-batch.ts'
import { rollDice } from './routes/roll-dice.ts'
import { rollLater } from './routes/roll-later.ts'
import { rollMany } from './routes/roll-many.ts'
import { rollWithLink } from './routes/roll-with-link.ts'
import { rollWithRetry } from './routes/roll-with-retry.ts'

export interface GatewayParts {
  readonly dice: DiceClient
  readonly jobs: DeferredJobs
  readonly queue: BatchQueue<RollMessage>
  /** Without a slash at its end. */
  readonly workbenchUrl: string | undefined
}

/** The gateway: asks dice, in one trace or in linked ones. What joins which is in docs/patterns.md. */
export function gatewayApp({ dice, jobs, queue, workbenchUrl }: GatewayParts): Express {
  const app = express()
  routeExactly(app)
  const forGet = allowOnly('GET', 'HEAD')
  const forPost = allowOnly('POST')
  app.route('/rolldice').get(rollDice(dice, workbenchUrl)).all(forGet)
  app.route('/roll_with_link').get(rollWithLink(dice, workbenchUrl)).all(forGet)
  app.route('/roll_many').get(rollMany(dice, workbenchUrl)).all(forGet)
  app.route('/roll_with_retry').get(rollWithRetry(dice, workbenchUrl)).all(forGet)
  app
    .route('/roll_later')
    .post(rollLater(dice, jobs, workbenchUrl))
    .all(forPost)
  app
    .route('/roll_batch')
    .post(rollBatch(queue, jobs, workbenchUrl))
    .all(forPost)
  app.route('/rolls/:id').get(deferredRoll(jobs, workbenchUrl)).all(forGet)
  app.use(notFound)
  app.use(answerErrors())
  return app
}
