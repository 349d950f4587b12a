import type { IncomingMessage, ServerResponse } from 'node:http'
import { Problem } from '@linked-traces/service/problem'

/** Lets `most` requests in at a time; the others are told to come again (503). */
export function concurrencyLimit(most: number) {
  let inFlight = 0
  return (_request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    if (inFlight >= most)
      throw new Problem({
        status: 503,
        code: 'too_many_requests_at_once',
        detail: `The workbench answers ${most} such requests at a time. Try again in a second.`,
        headers: { 'retry-after': '1' },
      })
    inFlight++
    response.once('close', () => inFlight--)
    next()
  }
}
