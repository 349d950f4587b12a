import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Signal } from '../signal.ts'
import type { Answer } from './answer.ts'

/**
 * What a receiver that stands in for Axiom knows: tokens, datasets and limits.
 *
 * Sources: https://axiom.co/docs/send-data/opentelemetry, /docs/restapi/api-limits, /docs/reference/tokens, axiom-go's
 * limit.go and error.go. Where no source gives the words of an answer (an unknown token, a missing dataset header), the
 * status is what the sources imply and the message is this package's.
 */
export type AxiomMode = {
  /** API tokens that exist, each with the datasets it may ingest into; `*` for all of them. */
  readonly tokens: Readonly<Record<string, readonly string[] | '*'>>
  /** Datasets that exist, each with the edge region it lives in. */
  readonly datasets: Readonly<Record<string, { readonly region: string }>>
  /** The edge region this receiver stands for, such as `us-east-1`. */
  readonly region: string
  /** Asked for each export that would be accepted: the limit it runs into, if any. */
  readonly limitFor?: (dataset: string) => AxiomLimit | undefined
}

/** A limit that is used up. `reset` is in seconds since the epoch. */
export type AxiomLimit = {
  /** `rate`: requests per minute (429). `ingest`: the ingest quota (430, a status of Axiom's own). */
  readonly kind: 'rate' | 'ingest'
  readonly scope?: 'user' | 'organization' | 'anonymous'
  readonly limit: number
  readonly reset: number
}

/** The answer Axiom gives to an export it does not take, undefined if it takes it. */
export const axiomRefusal = (
  mode: AxiomMode,
  headers: IncomingHttpHeaders,
  signal: Signal,
): Answer | undefined => {
  const token = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  if (token === undefined) return axiomAnswer(401, 'auth token not provided')
  const allowed = Object.hasOwn(mode.tokens, token) ? mode.tokens[token] : undefined
  // Edge endpoints take API tokens only; a personal one is no token to them.
  if (allowed === undefined || token.startsWith('xapt-')) return axiomAnswer(401, 'Unauthorized')

  const datasetHeader = signal === 'metrics' ? 'X-Axiom-Metrics-Dataset' : 'X-Axiom-Dataset'
  const dataset = headers[datasetHeader.toLowerCase()]
  if (typeof dataset !== 'string' || dataset === '') {
    return axiomAnswer(400, `${datasetHeader} header is required`)
  }
  if (allowed !== '*' && !allowed.includes(dataset)) return axiomAnswer(403, 'Forbidden')
  const known = Object.hasOwn(mode.datasets, dataset) ? mode.datasets[dataset] : undefined
  if (known === undefined) return axiomAnswer(404, 'Not found')
  if (known.region !== mode.region) {
    return axiomAnswer(400, `dataset must use the ${known.region} edge deployment domain`)
  }

  const limit = mode.limitFor?.(dataset)
  if (limit === undefined) return undefined
  const [status, message, prefix] =
    limit.kind === 'rate'
      ? ([429, 'rate limit exceeded', 'x-ratelimit'] as const)
      : ([430, 'ingest limit exceeded', 'x-ingestlimit'] as const)
  return axiomAnswer(status, message, {
    ...(limit.kind === 'rate' && { [`${prefix}-scope`]: limit.scope ?? 'organization' }),
    [`${prefix}-limit`]: String(limit.limit),
    [`${prefix}-remaining`]: '0',
    [`${prefix}-reset`]: String(limit.reset),
  })
}

/** An error in Axiom's form, which is JSON whatever the request's encoding. */
const axiomAnswer = (
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status: code,
  headers: {
    'content-type': 'application/json',
    'x-axiom-trace-id': randomBytes(16).toString('hex'),
    ...headers,
  },
  body: Buffer.from(JSON.stringify({ code, message })),
})
