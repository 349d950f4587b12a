import { Problem } from '@linked-traces/service/problem'
import { wholeNumberParameter } from '@linked-traces/service/whole-number-parameter'
import { trace } from '@opentelemetry/api'
import type { RequestHandler } from 'express'

/** A uniform random whole number from `min` up to, but not including, `max`: `randomInt` of `node:crypto`. */
export type RandomInt = (min: number, max: number) => number

const ROLLS = { name: 'rolls', min: 1, max: 1000, fallback: 1, without: 'to roll once' }
const FAIL = { name: 'fail', min: 0, max: 9, fallback: 0, without: 'for dice that do not fail' }
const ATTEMPT = { name: 'attempt', min: 1, max: 10, fallback: 1, without: 'for the first' }

const tracer = trace.getTracer('service1')

/**
 * Answers with a number from 1 to 6, or with `?rolls=n` with an array of n of them, rolled in a span `roll_dice_span`.
 *
 * With `?fail=n` the first n attempts are answered 503, to show retries. Which attempt it is the request says itself,
 * `?fail=2&attempt=3`, so that there is nothing to remember, and callers do not get into each other's way.
 */
export function rollDice(randomInt: RandomInt): RequestHandler {
  return (request, response) => {
    const { query } = request
    failAsAsked(query)
    const rolls = wholeNumberParameter(query, ROLLS)
    const results = tracer.startActiveSpan('roll_dice_span', (span) => {
      try {
        return Array.from({ length: rolls }, () => randomInt(1, 7))
      } finally {
        span.end()
      }
    })
    response.set('cache-control', 'no-store').vary('Accept')
    if (query.rolls !== undefined) response.json(results)
    else if (request.accepts(['text', 'json']) === 'json') response.json({ result: results[0] })
    else response.type('text').send(String(results[0]))
  }
}

function failAsAsked(query: Readonly<Record<string, unknown>>): void {
  const fail = wholeNumberParameter(query, FAIL)
  const attempt = wholeNumberParameter(query, ATTEMPT)
  if (attempt > fail) return
  throw new Problem({
    status: 503,
    code: 'failed_as_asked',
    detail: `Attempt ${attempt} fails, as fail=${fail} asks for. Try again.`,
    headers: { 'retry-after': '0' },
  })
}
