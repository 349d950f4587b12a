import { SpanStatusCode, trace } from '@opentelemetry/api'
import type { RequestHandler } from 'express'
import type { DiceClient } from '../dice-client.ts'
import { sendAnswer } from '../send-answer.ts'
import { locateTrace } from '../trace-location.ts'

const tracer = trace.getTracer('service1')

/** Answers with dice's number, rolled in a trace of dice's own; the two traces are linked in both directions. */
export function rollWithLink(dice: DiceClient, workbenchUrl: string | undefined): RequestHandler {
  return async (request, response) => {
    const { result, callee, parent } = await tracer.startActiveSpan('parent_span', async (span) => {
      try {
        return { ...(await dice.roll('/roll_with_link')), parent: span.spanContext() }
      } catch (error) {
        // What went wrong is told by the span of the call.
        span.setStatus({ code: SpanStatusCode.ERROR })
        throw error
      } finally {
        span.end()
      }
    })
    const traces = { gateway: locateTrace(parent, workbenchUrl), dice: locateTrace(callee, workbenchUrl) }
    sendAnswer(request, response, {
      text: `Dice roll result (with link): ${result}`,
      json: { result, traces },
    })
  }
}
