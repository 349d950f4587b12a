import { Problem } from '@linked-traces/service/problem'
import { wholeNumberParameter } from '@linked-traces/service/whole-number-parameter'
import { trace } from '@opentelemetry/api'
import type { RequestHandler } from 'express'
import type { DiceClient } from '../dice-client.ts'
import { sendAnswer } from '../send-answer.ts'
import { locateTrace } from '../trace-location.ts'
import { type RetryPolicy, withRetries } from '../with-retries.ts'

const FAIL = { name: 'fail', min: 0, max: 9, fallback: 2, without: 'for two failures' }

const POLICY: RetryPolicy = {
  attempts: 3,
  backoffMillis: 50,
  isTemporary: (error) => error instanceof Problem && /^dice_un(available|reachable)$/.test(error.code),
  random: Math.random,
}

/** Retry: asks dice, which fails `?fail=n` times, until it rolls; each attempt is linked to the one before. */
export function rollWithRetry(dice: DiceClient, workbenchUrl: string | undefined): RequestHandler {
  return async (request, response) => {
    const fail = wholeNumberParameter(request.query, FAIL)
    const { result, callee, attempt } = await withRetries(POLICY, async (attempt) => {
      const roll = await dice.roll(`/roll_with_link?fail=${fail}&attempt=${attempt}`)
      return { ...roll, attempt }
    })
    const gateway = locateTrace(trace.getActiveSpan()?.spanContext(), workbenchUrl)
    sendAnswer(request, response, {
      text: `Dice roll result (attempt ${attempt}): ${result}`,
      json: { result, attempts: attempt, traces: { gateway, dice: locateTrace(callee, workbenchUrl) } },
    })
  }
}
