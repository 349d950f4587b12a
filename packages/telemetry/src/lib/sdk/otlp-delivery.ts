import http from 'node:http'
import type { RequestOptions } from 'node:https'
import https from 'node:https'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import type { ExportResult } from '@opentelemetry/core'
import { suppressTracing } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import type { IExportTracePartialSuccess } from '@opentelemetry/otlp-transformer'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'
import { axiomRefusal } from '../axiom/axiom-refusal.ts'
import { Secret } from '../config/secret.ts'
import type { Destination } from '../config/telemetry-config.ts'
import type { Deliver, Delivery, Refused } from '../export/delivery.ts'
import type { ExitAnswer, ExitRequest } from '../export/exit-worker.ts'
import type { Answer, BackendKnowledge } from '../export/explain-failure.ts'
import { explainAnswer, explainError, oneLine, TIMED_OUT } from '../export/explain-failure.ts'
import type { Encoded } from '../export/spool.ts'
import type { EncodedBatch } from '../export/spool-folder.ts'
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

type ExporterConfig = NonNullable<ConstructorParameters<typeof OTLPTraceExporter>[0]>

/**
 * The exporter's time for retries, in milliseconds: none. It waits 800 ms at least before it repeats a request, and does
 * not when that is more than what is left of its time. So each export is one request, and the queue decides about the
 * next: it knows what the backend said, and other batches have their turn in the meantime.
 */
const NO_TIME_FOR_RETRIES = 1

const USER_AGENT = `linked-traces/${DISTRO.version}`

/** Sends batches to one destination with OpenTelemetry's exporter for its protocol. */
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
  const exporter = createExporter(protocol, {
    url,
    headers,
    compression: compression as NonNullable<ExporterConfig['compression']>,
    timeoutMillis: NO_TIME_FOR_RETRIES,
    userAgent: USER_AGENT,
    httpAgentOptions: () => agent,
  })

  const json = protocol === 'http/json'
  const serializer = json ? JsonTraceSerializer : ProtobufTraceSerializer

  async function deliver(batch: readonly ReadableSpan[], signal: AbortSignal): Promise<Delivery> {
    try {
      const transport = await exporter
      return await attempt(signal, async (by) => (await send(transport, batch, by)).error)
    } catch (error) {
      // It did not come to a request: something in the batch cannot be encoded, and never will be.
      const failure = notEncoded(destination, error)
      const encodable = batch.filter((span) => encode([span]) !== undefined)
      const lost = batch.length - encodable.length
      if (encodable.length === 0 || lost === 0) return failure
      return countLost(await deliver(encodable, signal), lost, failure)
    }
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

  function encode(batch: readonly ReadableSpan[]): Uint8Array | undefined {
    try {
      return serializer.serializeRequest([...batch])
    } catch {
      return undefined
    }
  }

  function encodeBatch(batch: readonly ReadableSpan[]): Encoded {
    const encoding = json ? 'json' : 'protobuf'
    try {
      const body = serializer.serializeRequest([...batch])
      if (body === undefined) throw new Error('the serializer made nothing of it')
      return { batch: { spans: batch.length, encoding, body }, lost: 0 }
    } catch (error) {
      const spans = batch.filter((span) => encode([span]) !== undefined)
      const body = spans.length === 0 ? undefined : encode(spans)
      if (body === undefined)
        return { batch: undefined, lost: batch.length, failure: notEncoded(destination, error) }
      const lost = batch.length - spans.length
      return { batch: { spans: spans.length, encoding, body }, lost, failure: notEncoded(destination, error) }
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
    if (batch === undefined && failure !== undefined) return failure
    if (exit === undefined) return NO_ANSWER_AT_EXIT
    if ('code' in exit) {
      return explainError(destination, Object.assign(new Error(exit.message), { code: exit.code }))
    }
    const body = Buffer.from(exit.body, 'base64')
    const header = (name: string) => exit.headers[name]
    return countLost(interpret(destination, { ...exit, header, body }), lost, failure)
  }

  async function sendEncoded({ encoding, body }: EncodedBatch, signal: AbortSignal): Promise<Delivery> {
    const compressed = compression === 'gzip' ? await compress(body) : body
    const options = { agent, headers: headersFor(encoding) }
    return attempt(signal, (by) => post(url, options, compressed, compression, by))
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

/** The exporter for protobuf is loaded when it is asked for, the one for JSON always: it is the default. */
async function createExporter(
  protocol: Destination['protocol'],
  config: ExporterConfig,
): Promise<SpanExporter> {
  if (protocol === 'http/json') return new OTLPTraceExporter(config)
  const protobuf = await import('@opentelemetry/exporter-trace-otlp-proto')
  return new protobuf.OTLPTraceExporter(config)
}

function send(
  exporter: SpanExporter,
  batch: readonly ReadableSpan[],
  run: (start: () => void) => void,
): Promise<ExportResult> {
  return new Promise((resolve) => {
    // Exports are no part of the traces they carry.
    context.with(suppressTracing(ROOT_CONTEXT), () => run(() => exporter.export([...batch], resolve)))
  })
}

const compress = promisify(gzip)

/** Resolves with the error when there is no answer. */
function post(
  url: string,
  options: RequestOptions,
  body: Uint8Array,
  compression: Destination['compression'],
  run: (start: () => void) => void,
): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const start = () => {
      const { request } = url.startsWith('https:') ? https : http
      const sent = request(url, { ...options, method: 'POST' })
      // Afterwards: the agent lets no headers pass but the destination's.
      if (compression === 'gzip') sent.setHeader('content-encoding', 'gzip')
      sent.once('error', resolve).once('response', (response) => {
        response.once('error', () => {}).once('close', () => resolve(undefined))
      })
      sent.end(body)
    }
    context.with(suppressTracing(ROOT_CONTEXT), () => run(start))
  })
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
  const { rejectedSpans, errorMessage } = readPartialSuccess(answer.body, contentType)
  return {
    outcome: 'delivered',
    rejected: Math.max(Number(rejectedSpans) || 0, 0),
    reason: typeof errorMessage === 'string' ? oneLine(destination, errorMessage) : undefined,
    status: answer.status,
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

function knowledgeOf({ kind }: Destination): BackendKnowledge | undefined {
  return kind === 'axiom' ? axiomRefusal : undefined
}

/** A response that cannot be read is a success all the same: its status says so. */
function readPartialSuccess(body: Uint8Array, contentType = ''): Partial<IExportTracePartialSuccess> {
  try {
    const serializer = contentType.includes('protobuf') ? ProtobufTraceSerializer : JsonTraceSerializer
    return serializer.deserializeResponse(body).partialSuccess ?? {}
  } catch {
    return {}
  }
}
