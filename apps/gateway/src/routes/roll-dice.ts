import { trace } from '@opentelemetry/api'
import type { RequestHandler } from 'express'
import type { DiceClient } from '../dice-client.ts'
import { sendAnswer } from '../send-answer.ts'
import { locateTrace } from '../trace-location.ts'

/** Answers with dice's number, rolled in our own trace, which dice continues. */
export function rollDice(dice: DiceClient, workbenchUrl: string | undefined): RequestHandler {
  return async (request, response) => {
    const { result } = await dice.roll('/rolldice')
    const gateway = locateTrace(trace.getActiveSpan()?.spanContext(), workbenchUrl)
    sendAnswer(request, response, { text: String(result), json: { result, traces: { gateway } } })
  }
}
