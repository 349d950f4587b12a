import type { Request, Response } from 'express'
import type { TraceLocation } from './trace-location.ts'

export interface RollAnswer {
  /** The whole answer for people and scripts. */
  readonly text: string
  readonly result: number
  /** The traces this roll is told in, by the service that started them. */
  readonly traces: Readonly<Record<string, TraceLocation | undefined>>
}

/** Answers with the text, or on `Accept: application/json` with `{ result, traces }`. */
export function sendRoll(request: Request, response: Response, { text, result, traces }: RollAnswer): void {
  response.set('cache-control', 'no-store').vary('Accept')
  if (request.accepts(['text', 'json']) === 'json') response.json({ result, traces })
  else response.type('text').send(text)
}
