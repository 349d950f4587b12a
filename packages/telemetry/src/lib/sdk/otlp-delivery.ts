import http from 'node:http'
import type { RequestOptions } from 'node:https'
import { urlToHttpOptions } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { axiomRefusal } from '../axiom/axiom-refusal.ts'
import { Secret } from '../config/secret.ts'
import type { Destination } from '../config/telemetry-config.ts'
import type { Deliver, Delivery, Refused } from '../export/delivery.ts'
import type { ExitAnswer, ExitRequest } from '../export/exit-worker.ts'
import type { Answer, BackendKnowledge } from '../export/explain-failure.ts'
import { explainAnswer, explainError, oneLine, TIMED_OUT } from '../export/explain-failure.ts'
import { GZIP_OPTIONS } from '../export/gzip-options.ts'
import type { Encoded } from '../export/spool.ts'
import { encodeOtlpJson } from '../otlp/encode-otlp-json.ts'
import { encodeOtlpProtobuf } from '../otlp/encode-otlp-protobuf.ts'
import type { EncodedBatch } from '../otlp/encoded-batch.ts'
import { readPartialSuccess } from '../otlp/read-partial-success.ts'
import { DISTRO } from './distro.ts'
import type { Attempt } from './exporter-agent.ts'
import { createExporterAgent } from './exporter-agent.ts'
import { findProxyEnv } from './proxy-env.ts'
import { readTlsFiles } from './read-tls-files.ts'

export interface OtlpDelivery {
  readonly deliver: Deliver<ReadableSpan>
  /** The same export, for `deliverAtExit`. */
  exitRequest(batch: EncodedBatch): ExitRequest
  /** What became of it; without an answer there was none in time. */
  interpretExit(encoded: Encoded, answer: ExitAnswer | undefined): Delivery
  /** A batch for the disk, or for the exit. */
  encodeBatch(batch: readonly ReadableSpan[]): Encoded
  /** Sends a batch that was encoded before, by this process or another. */
  sendEncoded(batch: EncodedBatch, signal: AbortSignal): Promise<Delivery>
  /** Closes the connections that wait for the next export. */
  close(): void
}

const USER_AGENT = `linked-traces/${DISTRO.version}`

/** Sends batches to one destination; each is one request, and the queue decides about the next. */
export function createOtlpDelivery(destination: Destination): OtlpDelivery {
  const { url, compression, protocol, timeoutMillis, tls } = destination
  const headers = Object.fromEntries(
    Object.entries(destination.headers).map(([name, value]) => {
      return [name, value instanceof Secret ? value.reveal() : value]
    }),
  )
  const pem = readTlsFiles(tls)
  const proxyEnv = findProxyEnv()
  const { agent, run } = createExporterAgent({ url, headers, timeoutMillis, ...pem, proxyEnv })
  const encoding = protocol === 'http/json' ? 'json' : 'protobuf'
  const encoder = encoding === 'json' ? encodeOtlpJson : encodeOtlpProtobuf

  async function deliver(spans: readonly ReadableSpan[], signal: AbortSignal): Promise<Delivery> {
    const { batch, lost, failure } = await encodeInSlices(spans)
    if (batch === undefined) return failure
    const body = await compressed(batch.body)
    // Compressed, nobody reads it any more; else it is on its way.
    if (body !== batch.body) encoder.recycle(batch.body)
    return countLost(await transmit({ ...batch, body }, signal), lost, failure)
  }

  /** Makes one attempt; a second one where a connection was closed while it waited, which is no news to anybody. */
  async function attempt(
    signal: AbortSignal,
    send: (by: (start: () => void) => void) => Promise<Error | undefined>,
  ): Promise<Delivery> {
    for (let left = STALE_CONNECTIONS; ; left--) {
      const current: Attempt = { signal, body: [] }
      const error = await send((start) => run(current, start))
      if (!current.stale || left === 0 || signal.aborted)
        return interpret(destination, answerOf(current), error)
    }
  }

  async function encodeInSlices(spans: readonly ReadableSpan[]): Promise<Encoded> {
    try {
      return { batch: { spans: spans.length, encoding, body: await encoder.inSlices(spans) }, lost: 0 }
    } catch {
      return encodeBatch(spans)
    }
  }

  function canEncode(span: ReadableSpan): boolean {
    try {
      return encoder.atOnce([span]).length > 0
    } catch {
      return false
    }
  }

  function encodeBatch(spans: readonly ReadableSpan[]): Encoded {
    try {
      return { batch: { spans: spans.length, encoding, body: encoder.atOnce(spans) }, lost: 0 }
    } catch (error) {
      // Something in it cannot be encoded, and never will be; the others can.
      const failure = notEncoded(destination, error)
      const encodable = spans.filter(canEncode)
      const lost = spans.length - encodable.length
      if (encodable.length === 0 || lost === 0) return { batch: undefined, lost: spans.length, failure }
      return { batch: { spans: encodable.length, encoding, body: encoder.atOnce(encodable) }, lost, failure }
    }
  }

  function headersFor(encoding: EncodedBatch['encoding']): Record<string, string> {
    const contentType = encoding === 'json' ? 'application/json' : 'application/x-protobuf'
    return { ...headers, 'content-type': contentType, 'user-agent': USER_AGENT }
  }

  function exitRequest({ encoding, body }: EncodedBatch): ExitRequest {
    return { url, headers: headersFor(encoding), body, compression, agent: { ...pem, proxyEnv } }
  }

  function interpretExit({ batch, lost, failure }: Encoded, exit: ExitAnswer | undefined): Delivery {
    if (batch === undefined) return failure
    if (exit === undefined) return NO_ANSWER_AT_EXIT
    if ('code' in exit) {
      return explainError(destination, Object.assign(new Error(exit.message), { code: exit.code }))
    }
    const body = Buffer.from(exit.body, 'base64')
    const header = (name: string) => exit.headers[name]
    return countLost(interpret(destination, { ...exit, header, body }), lost, failure)
  }

  async function compressed(body: Uint8Array): Promise<Uint8Array> {
    return compression === 'gzip' ? compress(body, GZIP_OPTIONS) : body
  }

  /** Sends a body that is compressed already, if it is to be. */
  function transmit({ encoding, body }: EncodedBatch, signal: AbortSignal): Promise<Delivery> {
    const options = { agent, headers: headersFor(encoding) }
    return attempt(signal, (by) => post(url, options, body, compression, by))
  }

  async function sendEncoded(batch: EncodedBatch, signal: AbortSignal): Promise<Delivery> {
    return transmit({ ...batch, body: await compressed(batch.body) }, signal)
  }

  return { deliver, exitRequest, interpretExit, encodeBatch, sendEncoded, close: () => agent.destroy() }
}

/** Connections that wait for the next export, at the most: each may have been closed. */
const STALE_CONNECTIONS = 2

const NO_ANSWER_AT_EXIT: Delivery = {
  outcome: 'retry',
  cause: TIMED_OUT,
  words: 'did not answer in time',
  cure: 'Check the network between here and there.',
  unreachable: false,
}

/** Counts spans in a batch that was sent without them, as they cannot be encoded. */
function countLost(delivery: Delivery, lost: number, failure: Refused | undefined): Delivery {
  if (failure === undefined || delivery.outcome !== 'delivered') return delivery
  return { ...delivery, rejected: delivery.rejected + lost, reason: failure.words }
}

function notEncoded(destination: Destination, error: unknown): Refused {
  const said = oneLine(destination, error instanceof Error ? error.message : String(error))
  const words = `cannot be sent what has no encoding: ${said}`
  return { outcome: 'refused', cause: 'encoding', words, cure: '', unreachable: false }
}

const compress = promisify(gzip)

/** Resolves with the error when there is no answer, and never rejects. */
function post(
  url: string,
  options: RequestOptions,
  body: Uint8Array,
  compression: Destination['compression'],
  run: (start: () => void) => void,
): Promise<Error | undefined> {
  return new Promise<Error | undefined>((resolve) => {
    const target = urlToHttpOptions(new URL(url))
    const start = () => {
      // What `http.request` makes, whose instrumentations have nothing to say here.
      const sent = new http.ClientRequest({ ...target, ...options, method: 'POST' })
      // Afterwards: the agent lets no headers pass but the destination's.
      if (compression === 'gzip') sent.setHeader('content-encoding', 'gzip')
      sent.once('error', resolve).once('response', (response) => {
        response.once('error', () => {}).once('close', () => resolve(undefined))
      })
      sent.end(body)
    }
    // Exports are no part of the traces they carry.
    context.with(suppressTracing(ROOT_CONTEXT), () => run(start))
  }).catch((error: Error) => error)
}

/** What there is of an answer, with its body as it came. */
type RawAnswer = Omit<Answer, 'body'> & { readonly body: Uint8Array }

function answerOf({ response, body }: Attempt): RawAnswer | undefined {
  return (
    response && {
      status: response.statusCode ?? 0,
      statusText: response.statusMessage ?? '',
      header: (name) => response.headers[name]?.toString(),
      body: Buffer.concat(body),
    }
  )
}

/** Where there is an answer its status counts, also when the rest of it did not arrive. */
function interpret(destination: Destination, answer: RawAnswer | undefined, error?: unknown): Delivery {
  if (answer === undefined) return explainError(destination, error)
  // A web page in answer to an export comes from something else than an OTLP endpoint, whatever its status.
  const contentType = answer.header('content-type')
  if (!isSuccess(answer.status) || contentType?.startsWith('text/html')) {
    const body = new TextDecoder().decode(answer.body)
    return explainAnswer(destination, { ...answer, body }, Date.now(), knowledgeOf(destination))
  }
  const encoding = contentType?.includes('protobuf') ? 'protobuf' : 'json'
  const { rejectedSpans, errorMessage } = readPartialSuccess(answer.body, encoding)
  return {
    outcome: 'delivered',
    rejected: rejectedSpans,
    reason: errorMessage === undefined ? undefined : oneLine(destination, errorMessage),
    status: answer.status,
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

function knowledgeOf({ kind }: Destination): BackendKnowledge | undefined {
  return kind === 'axiom' ? axiomRefusal : undefined
}
