import { Secret } from '../config/secret.ts'
import type { Destination } from '../config/telemetry-config.ts'
import type { DeliveryFailure } from './delivery.ts'

/** What a backend answered to one export. */
export interface Answer {
  readonly status: number
  readonly statusText: string
  /** A header of the answer, by its name in lower case. */
  readonly header: (name: string) => string | undefined
  /** The body as text, cut to a length that can be held. */
  readonly body: string
}

/** What the refusals of one kind of backend mean beyond what OTLP over HTTP says. */
export interface BackendKnowledge {
  /** What to do, as sentences; empty when nothing more is known. */
  cure(status: number, said: string): string
  /** Whether a request may be repeated that was answered with this status. */
  retries(status: number): boolean
  retryAfterMillis(header: Answer['header'], now: number): number | undefined
}

/** The statuses whose requests may be repeated (OTLP/HTTP, "Retryable Response Codes"). */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** The longest part of a backend's own words that is passed on, in characters. */
const MAX_WORDS = 200

/** Says why an answer is not the success it should be, and what to do. */
export function explainAnswer(
  destination: Destination,
  answer: Answer,
  now: number,
  knowledge?: BackendKnowledge,
): DeliveryFailure {
  const { status, statusText, header } = answer
  const said = backendWords(destination, answer)
  const retry = RETRYABLE.has(status) || knowledge?.retries(status)
  return {
    outcome: retry ? 'retry' : 'refused',
    cause: `http ${status}`,
    words: `answered ${status}${statusText && ` ${statusText}`}${said && `: ${said}`}`,
    cure: knowledge?.cure(status, said) || cureForStatus(status),
    unreachable: false,
    tooLarge: status === 413,
    status,
    retryAfterMillis:
      retryAfterMillis(header('retry-after'), now) ?? knowledge?.retryAfterMillis(header, now),
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
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return failure(
        code,
        'does not speak TLS',
        'Check the port, and whether the address should begin with http: instead of https:.',
        false,
      )
    default: {
      const cure = cureForTls(code)
      if (cure !== '') {
        // Newer versions of Node.js add advice of their own after a semicolon.
        const reason = oneLine(destination, messageOf(error).replace(/;.*/s, ''))
        return failure(code, `cannot be trusted: ${reason}`, cure, false)
      }
      return failure(code, `could not be sent to: ${oneLine(destination, messageOf(error))}`, '', false)
    }
  }
}

/** The `code` of the error of an export that took too long. */
export const TIMED_OUT = 'ETIMEDOUT'

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'error'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What to do about a certificate that is not accepted; empty when it is something else (Node.js, "X509 certificate error codes"). */
function cureForTls(code: string): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'Use the name that its certificate was issued for.'
  if (code === 'CERT_HAS_EXPIRED') return 'Renew its certificate, and check the clock of this machine.'
  if (/^CERT_|^SELF_SIGNED_CERT|^DEPTH_ZERO_|^UNABLE_TO_(GET|VERIFY)/.test(code)) {
    return 'Name the certificate of its authority in OTEL_EXPORTER_OTLP_CERTIFICATE, or in NODE_EXTRA_CA_CERTS.'
  }
  return ''
}

function cureForRefusal({ kind, url }: Destination, port: string): string {
  if (kind !== 'workbench') return `Check that something listens on port ${port || 'of the scheme'} there.`
  return (
    `There is no workbench on ${new URL(url).host}: start one, set WORKBENCH_URL to where one is, ` +
    'set AXIOM_TOKEN and AXIOM_DATASET, or turn export off with OTEL_TRACES_EXPORTER=none.'
  )
}

function cureForStatus(status: number): string {
  if (status === 413) return 'Make batches smaller with OTEL_BSP_MAX_EXPORT_BATCH_SIZE.'
  if (status === 401 || status === 403) return 'Check the credentials in OTEL_EXPORTER_OTLP_HEADERS.'
  if (status === 404 || status === 405) return 'Check the address: OTLP over HTTP ends in /v1/traces.'
  if (status === 415)
    return 'Try the other encoding with OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf or http/json.'
  if (status === 429) return 'Sample with OTEL_TRACES_SAMPLER, or allow more at the backend.'
  if (status >= 500) return 'Its own logs say what it is.'
  if (status < 400) return 'Something else than an OTLP endpoint answers there: check the address.'
  return ''
}

/** The message of a JSON error (Axiom's, and `google.rpc.Status`), or a short plain text; a web page says nothing. */
function backendWords(destination: Destination, { body, header }: Answer): string {
  const contentType = header('content-type') ?? ''
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
