import type { IncomingMessage, ServerResponse } from 'node:http'
import { Problem, sendProblem } from '@linked-traces/service/problem'
import { demandToken } from './access-token.ts'
import { requestGuard } from './request-guard.ts'

export type IngestGuardOptions = {
  readonly listenHost: string
  /** Demanded of senders as `Authorization: Bearer …`; `undefined` when everyone may send. */
  readonly token: string | undefined
  /** Origins whose pages may send telemetry, besides the workbench's own: `https://app.example:8443`. */
  readonly allowedOrigins: readonly string[]
}

/**
 * Looks at requests to the OTLP paths before the receiver does. Returns whether it has answered: a refusal, or a browser's preflight.
 *
 * Exporters in services send no `Origin` and may call this machine what they like (`host.docker.internal`). A browser sends one with every
 * POST, also after DNS rebinding: its page must be the workbench's own or one that is allowed.
 */
export function ingestGuard({ listenHost, token, allowedOrigins }: IngestGuardOptions) {
  const checkOwnPage = requestGuard(listenHost, { anyHost: token !== undefined })
  const checkToken = demandToken(token)
  const allowed = new Set(allowedOrigins.map((origin) => origin.toLowerCase()))

  const admit = (request: IncomingMessage, response: ServerResponse): boolean => {
    const { origin } = request.headers
    if (origin === undefined) {
      checkToken(request)
      return false
    }
    if (!allowed.has(origin.toLowerCase())) checkOrigin(request)
    response.setHeader('access-control-allow-origin', origin)
    response.setHeader('vary', 'origin')
    if (request.method !== 'OPTIONS') {
      checkToken(request)
      return false
    }
    // A preflight never carries credentials.
    response.writeHead(204, {
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type, content-encoding, authorization',
      'access-control-max-age': '600',
    })
    response.end()
    return true
  }

  const checkOrigin = (request: IncomingMessage): void => {
    try {
      checkOwnPage(request)
    } catch (cause) {
      throw new Problem({
        status: 403,
        code: 'origin_not_allowed',
        detail: `Pages of ${JSON.stringify(request.headers.origin)} may not send telemetry. Allow them with WORKBENCH_ALLOWED_ORIGINS.`,
        cause,
      })
    }
  }

  return (request: IncomingMessage, response: ServerResponse): boolean => {
    try {
      return admit(request, response)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      sendProblem(response, error)
      request.resume()
      return true
    }
  }
}
