import { allowOnly, answerErrors, notFoundBut, routeExactly } from '@linked-traces/service/problem-routes'
import express, { type Express, type RequestHandler } from 'express'
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
  const get: Readonly<Record<string, RequestHandler>> = {
    '/rolldice': rollDice(dice, workbenchUrl),
    '/roll_with_link': rollWithLink(dice, workbenchUrl),
    '/roll_many': rollMany(dice, workbenchUrl),
    '/roll_with_retry': rollWithRetry(dice, workbenchUrl),
    '/rolls/:id': deferredRoll(jobs, workbenchUrl),
  }
  const post: Readonly<Record<string, RequestHandler>> = {
    '/roll_later': rollLater(dice, jobs, workbenchUrl),
    '/roll_batch': rollBatch(queue, jobs, workbenchUrl),
  }
  const app = express()
  routeExactly(app)
  for (const [path, answer] of Object.entries(get)) {
    app.route(path).get(answer).all(allowOnly('GET', 'HEAD'))
  }
  for (const [path, answer] of Object.entries(post)) {
    app.route(path).post(answer).all(allowOnly('POST'))
  }
  app.use(notFoundBut(...Object.keys(get), ...Object.keys(post)))
  app.use(answerErrors())
  return app
}
