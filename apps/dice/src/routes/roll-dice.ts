import { Problem } from '@linked-traces/service/problem'
import { trace } from '@opentelemetry/api'
import type { RequestHandler } from 'express'

/** A uniform random whole number from `min` up to, but not including, `max`: `randomInt` of `node:crypto`. */
export type RandomInt = (min: number, max: number) => number

/** The most dice one request rolls. */
const MAX_ROLLS = 1000

const tracer = trace.getTracer('service1')

/** Answers with a number from 1 to 6, or with `?rolls=n` with an array of n of them, rolled in a span `roll_dice_span`. */
export function rollDice(randomInt: RandomInt): RequestHandler {
  return (request, response) => {
    const rolls = request.query.rolls === undefined ? undefined : parseRolls(request.query.rolls)
    const results = tracer.startActiveSpan('roll_dice_span', (span) => {
      try {
        return Array.from({ length: rolls ?? 1 }, () => randomInt(1, 7))
      } finally {
        span.end()
      }
    })
    response.set('cache-control', 'no-store').vary('Accept')
    if (rolls !== undefined) response.json(results)
    else if (request.accepts(['text', 'json']) === 'json') response.json({ result: results[0] })
    else response.type('text').send(String(results[0]))
  }
}

/** `rolls` of a query string, which is an array when it was given twice. */
function parseRolls(value: unknown): number {
  const rolls = typeof value === 'string' && /^[1-9]\d{0,3}$/.test(value) ? Number(value) : 0
  if (rolls > 0 && rolls <= MAX_ROLLS) return rolls
  throw new Problem({
    status: 400,
    code: 'invalid_rolls',
    detail: `rolls: expected one whole number from 1 to ${MAX_ROLLS}. Leave it out to roll once.`,
  })
}
