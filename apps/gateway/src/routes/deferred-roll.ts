import { linkTo } from '@linked-traces/telemetry/links'
import { trace } from '@opentelemetry/api'
import type { RequestHandler } from 'express'
import type { DeferredJobs } from '../deferred-jobs.ts'
import { describeRolls, sumOf } from '../describe-rolls.ts'
import { sendAnswer } from '../send-answer.ts'
import { locateTrace } from '../trace-location.ts'

/** Answers with what has become of a job, from a span that is linked to those that made the result. */
export function deferredRoll(jobs: DeferredJobs, workbenchUrl: string | undefined): RequestHandler {
  return (request, response) => {
    const { state, results, problem, makers } = jobs.get(String(request.params.id))
    const span = trace.getActiveSpan()
    const traces = { gateway: locateTrace(span?.spanContext(), workbenchUrl) }
    if (state === 'pending') {
      response.set('retry-after', '1')
      return sendAnswer(request, response, { text: 'pending', json: { state, traces } })
    }
    for (const maker of makers) span?.addLinks(linkTo(maker, { relation: 'result' }))
    const all = { ...traces, jobs: makers.flatMap((maker) => locateTrace(maker, workbenchUrl) ?? []) }
    if (problem !== undefined) {
      const { code, message: detail } = problem
      return sendAnswer(request, response, {
        text: `failed: ${detail}`,
        json: { state, problem: { code, detail }, traces: all },
      })
    }
    sendAnswer(request, response, {
      text: describeRolls(results),
      json: { state, result: sumOf(results), rolls: results, traces: all },
    })
  }
}
