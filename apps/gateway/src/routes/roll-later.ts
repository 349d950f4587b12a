import { setTimeout as wait } from 'node:timers/promises'
import { wholeNumberParameter } from '@linked-traces/service/whole-number-parameter'
import { withLinkedRoot } from '@linked-traces/telemetry/links'
import type { RequestHandler } from 'express'
import type { DeferredJobs } from '../deferred-jobs.ts'
import type { DiceClient } from '../dice-client.ts'
import { sendAccepted } from '../send-accepted.ts'

const DELAY = { name: 'delay', min: 0, max: 10_000, fallback: 1000, without: 'for 1000 ms' }

/** Deferred work: answers at once, and rolls `?delay=n` milliseconds later, in a trace that is linked to the request. */
export function rollLater(
  dice: DiceClient,
  jobs: DeferredJobs,
  workbenchUrl: string | undefined,
): RequestHandler {
  return (request, response) => {
    const delay = wholeNumberParameter(request.query, DELAY)
    const id = jobs.add(async ({ hurry, madeBy }) => {
      await wait(delay, undefined, { signal: hurry }).catch(() => {})
      return withLinkedRoot('roll later', async (span) => {
        madeBy(span)
        const { result } = await dice.roll('/rolldice')
        return [result]
      })
    })
    sendAccepted(request, response, id, workbenchUrl)
  }
}
