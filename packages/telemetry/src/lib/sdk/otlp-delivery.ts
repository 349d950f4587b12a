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
import type { Deliver, Delivery } from '../export/delivery.ts'
import type { ExitRequest } from '../export/exit-worker.ts'
import type { Answer, BackendKnowledge } from '../export/explain-failure.ts'
import { explainAnswer, explainError, oneLine } from '../export/explain-failure.ts'
import type { EncodedBatch } from '../export/spool-folder.ts'
import { DISTRO } from './distro.ts'
import type { Attempt } from './exporter-agent.ts'
import { createExporterAgent } from './exporter-agent.ts'
import { readTlsFiles } from './read-tls-files.ts'

export interface OtlpDelivery {
  readonly deliver: Deliver<ReadableSpan>
  /** The same export, for `deliverAtExit`; nothing when none of its spans can be encoded. */
  exitRequest(batch: readonly ReadableSpan[]): ExitRequest | undefined
  /** A batch for the disk; nothing when none of its spans can be encoded. */
  encodeBatch(batch: readonly ReadableSpan[]): EncodedBatch | undefined
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
  const { agent, run } = createExporterAgent({ url, headers, timeoutMillis, ...pem })
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
    const attempt: Attempt = { signal, body: [] }
    try {
      const result = await send(await exporter, batch, (start) => run(attempt, start))
      return interpret(destination, attempt, result.error)
    } catch (error) {
      // It did not come to a request: something in the batch cannot be encoded, and never will be.
      const encodable = batch.filter((span) => encode(span) !== undefined)
      const reason = `cannot be encoded: ${oneLine(destination, error instanceof Error ? error.message : String(error))}`
      if (encodable.length === 0 || encodable.length === batch.length) return notEncoded(reason)
      const delivery = await deliver(encodable, signal)
      if (delivery.outcome !== 'delivered') return delivery
      return { ...delivery, rejected: delivery.rejected + batch.length - encodable.length, reason }
    }
  }

  function encode(...spans: readonly ReadableSpan[]): Uint8Array | undefined {
    try {
      return serializer.serializeRequest([...spans])
    } catch {
      return undefined
    }
  }

  function encodeBatch(batch: readonly ReadableSpan[]): EncodedBatch | undefined {
    const whole = encode(...batch)
    const spans = whole === undefined ? batch.filter((span) => encode(span) !== undefined) : batch
    const body = whole ?? encode(...spans)
    return body && spans.length > 0
      ? { spans: spans.length, encoding: json ? 'json' : 'protobuf', body }
      : undefined
  }

  function headersFor(encoding: EncodedBatch['encoding']): Record<string, string> {
    const contentType = encoding === 'json' ? 'application/json' : 'application/x-protobuf'
    return { ...headers, 'content-type': contentType, 'user-agent': USER_AGENT }
  }

  function exitRequest(batch: readonly ReadableSpan[]): ExitRequest | undefined {
    const encoded = encodeBatch(batch)
    if (encoded === undefined) return undefined
    return { url, headers: headersFor(encoded.encoding), body: encoded.body, compression, tls: pem }
  }

  async function sendEncoded({ encoding, body }: EncodedBatch, signal: AbortSignal): Promise<Delivery> {
    const attempt: Attempt = { signal, body: [] }
    const compressed = compression === 'gzip' ? await compress(body) : body
    const error = await post(
      url,
      { agent, headers: headersFor(encoding) },
      compressed,
      compression,
      (start) => run(attempt, start),
    )
    return interpret(destination, attempt, error)
  }

  return { deliver, exitRequest, encodeBatch, sendEncoded, close: () => agent.destroy() }
}

function notEncoded(words: string): Delivery {
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

/** Where there is an answer its status counts, also when the rest of it did not arrive. */
function interpret(destination: Destination, attempt: Attempt, error: unknown): Delivery {
  const { response } = attempt
  if (response === undefined) return explainError(destination, error)
  const body = Buffer.concat(attempt.body)
  const answer: Answer = {
    status: response.statusCode ?? 0,
    statusText: response.statusMessage ?? '',
    header: (name) => response.headers[name]?.toString(),
    body: body.toString(),
  }
  // A web page in answer to an export comes from something else than an OTLP endpoint, whatever its status.
  const contentType = answer.header('content-type')
  if (!isSuccess(answer.status) || contentType?.startsWith('text/html')) {
    return explainAnswer(destination, answer, Date.now(), knowledgeOf(destination))
  }
  const { rejectedSpans, errorMessage } = readPartialSuccess(body, contentType)
  return {
    outcome: 'delivered',
    rejected: Math.max(Number(rejectedSpans) || 0, 0),
    reason: typeof errorMessage === 'string' ? oneLine(destination, errorMessage) : undefined,
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
