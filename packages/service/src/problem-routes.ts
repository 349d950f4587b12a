import type { IncomingMessage, ServerResponse } from 'node:http'
import { methodNotAllowed, Problem, sendProblem } from './problem.ts'

/** Makes an Express app match paths to the letter, as the telemetry's path rules do, and keep its own headers to itself. */
export function routeExactly(app: { set(name: string, value: unknown): unknown }): void {
  app.set('case sensitive routing', true)
  app.set('strict routing', true)
  app.set('x-powered-by', false)
  app.set('etag', false)
}

/** The last handler of a route: every method but these is a 405 that names them. */
export function allowOnly(...methods: string[]): (request: IncomingMessage) => never {
  return (request) => {
    throw methodNotAllowed(request, methods)
  }
}

/** The handler behind all routes: 404. */
export function notFound(): never {
  throw new Problem({ status: 404, code: 'not_found', detail: NOT_FOUND })
}

/** The same for a service with few addresses, which it names. */
export function notFoundBut(...addresses: string[]): () => never {
  return () => {
    const detail = `${NOT_FOUND} There is something at ${addresses.join(', ')}.`
    throw new Problem({ status: 404, code: 'not_found', detail })
  }
}

const NOT_FOUND = 'There is nothing at this address.'

/**
 * The error handler behind everything: a {@link Problem} is sent as it is; any other error is logged, and answered with a
 * 500 that tells nothing about it.
 */
export function answerErrors(log: (message: string, error: unknown) => void = console.error) {
  // Express knows an error handler by its four parameters.
  return (
    error: unknown,
    request: IncomingMessage,
    response: ServerResponse,
    next: (error: unknown) => void,
  ): void => {
    if (!(error instanceof Problem)) log(`${request.method} ${request.url} failed:`, error)
    if (response.headersSent) next(error)
    else sendProblem(response, error instanceof Problem ? error : unexpected(error))
  }
}

function unexpected(cause: unknown): Problem {
  return new Problem({
    status: 500,
    code: 'internal_error',
    detail: 'Something went wrong on our side. Try again later.',
    cause,
  })
}
