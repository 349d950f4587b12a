import { Problem } from '@linked-traces/service/problem'
import { linksTo } from '@linked-traces/telemetry/links'
import { SpanStatusCode, trace } from '@opentelemetry/api'
import type { RequestHandler } from 'express'
import { countParameter } from '../count-parameter.ts'
import { describeRolls, sumOf } from '../describe-rolls.ts'
import type { DiceClient } from '../dice-client.ts'
import { sendAnswer } from '../send-answer.ts'
import { locateTrace } from '../trace-location.ts'

const tracer = trace.getTracer('service1')

/**
 * Fan-out and fan-in: rolls `?count=n` times at once, each in a trace of dice's own, and sums up in a span that is linked
 * to all of them. Where some fail, that span is linked to the others, and the answer is a problem.
 */
export function rollMany(dice: DiceClient, workbenchUrl: string | undefined): RequestHandler {
  return async (request, response) => {
    const count = countParameter(request.query)
    const calls = Array.from({ length: count }, () => dice.roll('/roll_with_link'))
    const settled = await Promise.allSettled(calls)
    const done = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))

    const links = linksTo(done, { target: ({ callee }) => callee, relation: 'part' })
    const rolls = tracer.startActiveSpan('tally', { links }, (span) => {
      const message = `${failures.length} of ${count} rolls are missing`
      if (failures.length > 0) span.setStatus({ code: SpanStatusCode.ERROR, message })
      span.end()
      return done.map(({ result }) => result)
    })

    if (failures.length > 0) throw rollsFailed(failures, count)
    const gateway = locateTrace(trace.getActiveSpan()?.spanContext(), workbenchUrl)
    const traces = { gateway, dice: done.flatMap(({ callee }) => locateTrace(callee, workbenchUrl) ?? []) }
    sendAnswer(request, response, {
      text: describeRolls(rolls),
      json: { result: sumOf(rolls), rolls, traces },
    })
  }
}

/** With the status of the first failure; one that is no problem is passed on as it is. */
function rollsFailed(failures: readonly unknown[], count: number): unknown {
  const [first] = failures
  if (!(first instanceof Problem)) return first
  return new Problem({
    status: first.status,
    code: 'rolls_failed',
    detail: `${failures.length} of ${count} rolls failed. ${first.message}`,
    cause: first,
  })
}
