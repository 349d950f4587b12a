import type { Destination } from '../config/telemetry-config.ts'
import { Secret } from '../config/secret.ts'
import type { DeliveryFailure } from './delivery.ts'

/** What a backend answered to one export. */
export interface Answer {
  readonly status: number
  readonly statusText: string
  readonly contentType: string | undefined
  readonly retryAfter: string | undefined
  /** The body as text, cut to a length that can be held. */
  readonly body: string
}

/** The statuses whose requests may be repeated (OTLP/HTTP, "Retryable Response Codes"). */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** The longest part of a backend's own words that is passed on, in characters. */
const MAX_WORDS = 200

/** Says why an answer is not the success it should be, and what to do. */
export function explainAnswer(destination: Destination, answer: Answer, now: number): DeliveryFailure {
  const { status, statusText } = answer
  const said = backendWords(destination, answer)
  return {
    outcome: RETRYABLE.has(status) ? 'retry' : 'refused',
    cause: `http ${status}`,
    words: `answered ${status}${statusText && ` ${statusText}`}${said && `: ${said}`}`,
    cure: cureForStatus(destination, status, said),
    unreachable: false,
    retryAfterMillis: retryAfterMillis(answer.retryAfter, now),
  }
}

/** Says why there was no answer. Whatever the reason, the network may be mended: all of these are retried. */
export function explainError(destination: Destination, error: unknown): DeliveryFailure {
  const code = errorCode(error)
  const { host, hostname, port } = new URL(destination.url)
  const failure = (cause: string, words: string, cure: string, unreachable = true): DeliveryFailure => {
    return { outcome: 'retry', cause, words, cure, unreachable }
  }
  switch (code) {
    case 'ECONNREFUSED':
      return failure(code, 'refused the connection', cureForRefusal(destination, port))
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return failure(
        code,
        `cannot be found: no address for ${hostname}`,
        'Check the name, and the DNS of this machine.',
      )
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return failure(
        code,
        `cannot be reached: no route to ${host}`,
        'Check the network and the firewall between here and there.',
      )
    case TIMED_OUT:
      return failure(
        code,
        `did not answer within ${destination.timeoutMillis} ms`,
        'Check the network between here and there, or allow more with OTEL_EXPORTER_OTLP_TIMEOUT.',
        false,
      )
    default: {
      const message = error instanceof Error ? error.message : String(error)
      return failure(code, `could not be sent to: ${oneLine(destination, message)}`, '', false)
    }
  }
}

/** The `code` of the error of an export that took too long. */
export const TIMED_OUT = 'ETIMEDOUT'

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'error'
}

function cureForRefusal({ kind, url }: Destination, port: string): string {
  if (kind !== 'workbench') return `Check that something listens on port ${port || 'of the scheme'} there.`
  return (
    `Start a workbench there, set WORKBENCH_URL to where one is (now ${new URL(url).origin}), ` +
    'set AXIOM_TOKEN and AXIOM_DATASET, or turn export off with OTEL_TRACES_EXPORTER=none.'
  )
}

function cureForStatus({ kind }: Destination, status: number, said: string): string {
  if (status === 413) return 'Make batches smaller with OTEL_BSP_MAX_EXPORT_BATCH_SIZE.'
  if (kind === 'axiom') {
    if (status === 401) return 'Set AXIOM_TOKEN to a token of this organisation that is still valid.'
    if (status === 403) {
      return 'Let the token of AXIOM_TOKEN ingest into this dataset, and check that both belong to this region.'
    }
    if (status === 404) return 'Create the dataset, or set AXIOM_DATASET to one that exists.'
    if (status === 400 && /edge deployment/i.test(said)) {
      return 'The dataset lives in another region: set AXIOM_DOMAIN to the one named above.'
    }
    if (status === 429 || status === 430) {
      return "Sample with OTEL_TRACES_SAMPLER, or raise the organisation's limit."
    }
  }
  if (status === 401 || status === 403) return 'Check the credentials in OTEL_EXPORTER_OTLP_HEADERS.'
  if (status === 404 || status === 405) return 'Check the address: OTLP over HTTP ends in /v1/traces.'
  if (status === 415)
    return 'Try the other encoding with OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf or http/json.'
  if (status < 400) return 'Something else than an OTLP endpoint answers there: check the address.'
  return ''
}

/** The message of a JSON error (Axiom's, and `google.rpc.Status`), or a short plain text; a web page says nothing. */
function backendWords(destination: Destination, { body, contentType = '' }: Answer): string {
  if (contentType.includes('json')) {
    try {
      const { message } = JSON.parse(body) as { message?: unknown }
      return typeof message === 'string' ? oneLine(destination, message) : ''
    } catch {
      return ''
    }
  }
  return contentType.startsWith('text/plain') ? oneLine(destination, body) : ''
}

/** Words of others on one line of bounded length, with this destination's credentials taken out. */
export function oneLine({ headers }: Destination, words: string): string {
  let safe = words
  for (const value of Object.values(headers)) {
    if (!(value instanceof Secret)) continue
    const secret = value.reveal()
    // A backend may echo the token without its scheme.
    for (const part of [secret, secret.slice(secret.indexOf(' ') + 1)]) {
      if (part !== '') safe = safe.replaceAll(part, '<redacted>')
    }
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal must not obey a backend.
  const line = safe.replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()
  return line.length > MAX_WORDS ? `${line.slice(0, MAX_WORDS)}…` : line
}

/** `Retry-After` in seconds or as a date (RFC 9110, 10.2.3). */
function retryAfterMillis(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  const millis = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isNaN(millis) ? undefined : Math.max(millis, 0)
}
