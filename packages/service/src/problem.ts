import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'

export interface ProblemOptions {
  /** HTTP status, 400–599. */
  readonly status: number
  /** What programs tell problems apart by: snake_case, never changed once published. */
  readonly code: string
  /** What happened and what to do, for whoever sent the request: nothing internal. */
  readonly detail: string
  /** Headers the status asks for, such as `allow` with 405. */
  readonly headers?: Readonly<Record<string, string>>
  /** The error behind it. It is never sent. */
  readonly cause?: unknown
}

/** An error that is an answer: thrown while a request is handled, sent as `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor({ status, code, detail, headers = {}, cause }: ProblemOptions) {
    super(detail, { cause })
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/**
 * Answers with a problem. `type` is left out, which is `about:blank` (RFC 9457, 4.2.1): the title is the status's own,
 * and `code` tells problems of one status apart.
 */
export function sendProblem(response: ServerResponse, problem: Problem): void {
  const { status, code, message: detail } = problem
  const body = JSON.stringify({ title: STATUS_CODES[status], status, code, detail })
  response.writeHead(status, {
    ...problem.headers,
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  })
  response.end(body)
}

/** A 405 with the methods that would have done. */
export function methodNotAllowed({ method }: IncomingMessage, allowed: readonly string[]): Problem {
  return new Problem({
    status: 405,
    code: 'method_not_allowed',
    detail: `This address does not take ${method}. Use ${allowed.join(' or ')}.`,
    headers: { allow: allowed.join(', ') },
  })
}
