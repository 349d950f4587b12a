import type { Request, Response } from 'express'

export interface Answer {
  /** The whole answer for people and scripts. */
  readonly text: string
  /** The same and more for programs: what was rolled, and the traces it is told in. */
  readonly json: Readonly<Record<string, unknown>>
}

/** Answers with the text, or on `Accept: application/json` with the JSON. */
export function sendAnswer(request: Request, response: Response, { text, json }: Answer): void {
  response.set('cache-control', 'no-store').vary('Accept')
  if (request.accepts(['text', 'json']) === 'json') response.json(json)
  else response.type('text').send(text)
}
