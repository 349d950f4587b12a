import type { IncomingMessage, ServerResponse } from 'node:http'
import { ByteBudget } from './byte-budget.ts'
import { type DecodedSink, decodingSink } from './decoding-sink.ts'
import type { EncodedSink } from './encoded-sink.ts'
import type { Encoding } from './encoding.ts'
import type { ExportOutcome } from './export-outcome.ts'
import { type Answer, statusAnswer, successAnswer } from './http/answer.ts'
import { type AxiomMode, axiomRefusal } from './http/axiom-mode.ts'
import { drain } from './http/drain.ts'
import { acceptedContentEncodings, contentEncodingOf, encodingOf } from './http/request-format.ts'
import { Upload, UploadAborted, UploadsOverBudget, UploadTimeout } from './http/upload.ts'
import type { Signal } from './signal.ts'
import { TooLargeError } from './too-large-error.ts'

/** Bounds of a receiver; each has a default. */
export type OtlpReceiverLimits = {
  /** Bytes of one body as sent; 64 MiB, as OTLP recommends. Above: 413. */
  readonly bodyBytes?: number
  /** Bytes of one body after decompression; 64 MiB, as OTLP recommends. Above: 413. For a decoded sink. */
  readonly decompressedBytes?: number
  /** Bytes of all bodies received (and decompressed) and not yet answered; 256 MiB. Above: 503. */
  readonly bytesInFlight?: number
  /** Milliseconds from a request's headers to the end of its body; 30,000. Above: 408. */
  readonly uploadMillis?: number
}

/** What a receiver is made of. */
export type OtlpReceiverOptions = {
  /** Where exports go: decoded by the receiver, or as they came for whoever decodes elsewhere. */
  readonly sink: DecodedSink | EncodedSink
  readonly limits?: OtlpReceiverLimits
  /** What stands before `/v1/…` in the path; none. */
  readonly basePath?: string
  /** Demands a token and a dataset, and refuses, as Axiom does; where absent, everyone may send. */
  readonly axiom?: AxiomMode
  /** Hears of what went wrong inside (an error of the sink), which the sender is not told. */
  readonly onError?: (error: unknown) => void
}

/** A request listener for OTLP/HTTP. */
export type OtlpReceiver = {
  (request: IncomingMessage, response: ServerResponse): void
  /** Whether `request` is for a path below `/v1/`, whatever its method, also one that OTLP does not have; for servers with other routes. */
  handles(request: IncomingMessage): boolean
}

const mebibyte = 1024 * 1024

/**
 * Makes an OTLP/HTTP receiver for all three signals, to be mounted in any `node:http` server.
 *
 * Answers 200 with the signal's `Export…ServiceResponse`, or an error as `google.rpc.Status`, both in the request's encoding:
 * 400 undecodable, 404 other path, 405 not POST, 408 too slow, 413 too large, 415 unknown content type or encoding,
 * 500 the sink failed, 503 with `Retry-After` overloaded. Nothing of a refused request reaches the sink.
 * Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export const createOtlpReceiver = (options: OtlpReceiverOptions): OtlpReceiver => {
  const { basePath = '', axiom, onError = () => {} } = options
  const bodyBytes = options.limits?.bodyBytes ?? 64 * mebibyte
  const uploadMillis = options.limits?.uploadMillis ?? 30_000
  const budget = new ByteBudget(options.limits?.bytesInFlight ?? 256 * mebibyte)
  const sink =
    'receive' in options.sink
      ? options.sink
      : decodingSink(options.sink, options.limits?.decompressedBytes ?? 64 * mebibyte, budget)
  const signals = new Map<string, Signal>([
    [`${basePath}/v1/traces`, 'traces'],
    [`${basePath}/v1/logs`, 'logs'],
    [`${basePath}/v1/metrics`, 'metrics'],
  ])
  const signalOf = (request: IncomingMessage): Signal | undefined =>
    signals.get(request.url?.split('?', 1)[0] ?? '')

  const answerTo = async (request: IncomingMessage, encoding: Encoding | undefined): Promise<Answer> => {
    const errorEncoding = encoding ?? 'json'
    const signal = signalOf(request)
    if (signal === undefined) {
      const paths = [...signals.keys()].join(', ')
      return statusAnswer(errorEncoding, 404, `Nothing is here. Send exports to ${paths}.`)
    }
    if (request.method !== 'POST') {
      return statusAnswer(
        errorEncoding,
        405,
        `${request.method} is not allowed here. Send exports by POST.`,
        {
          headers: { allow: 'POST' },
        },
      )
    }
    const refusal = axiom && axiomRefusal(axiom, request.headers, signal)
    if (refusal) return refusal
    if (encoding === undefined) {
      const contentType = request.headers['content-type']
      const received = contentType === undefined ? 'there is none' : `received ${JSON.stringify(contentType)}`
      const expected = 'expected application/x-protobuf or application/json'
      return statusAnswer('json', 415, `Content-Type: ${expected}, ${received}.`, {
        headers: { accept: 'application/x-protobuf, application/json' },
      })
    }
    const contentEncoding = contentEncodingOf(request.headers['content-encoding'])
    if (contentEncoding === undefined) {
      const received = JSON.stringify(request.headers['content-encoding'])
      const message = `Content-Encoding: expected one of ${acceptedContentEncodings}, received ${received}.`
      return statusAnswer(encoding, 415, message, {
        headers: { 'accept-encoding': acceptedContentEncodings },
      })
    }
    const upload = new Upload(request, budget)
    try {
      const body = await upload.read(bodyBytes, uploadMillis)
      const { headers } = request
      const outcome = await sink.receive({ signal, encoding, contentEncoding, body, headers })
      return answerFor(outcome, encoding, signal)
    } catch (error) {
      if (error instanceof TooLargeError) return statusAnswer(encoding, 413, error.message)
      if (error instanceof UploadTimeout) return statusAnswer(encoding, 408, error.message)
      if (error instanceof UploadsOverBudget) {
        return statusAnswer(encoding, 503, error.message, { headers: { 'retry-after': '1' } })
      }
      throw error
    } finally {
      upload.release()
    }
  }

  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const encoding = encodingOf(request.headers['content-type'])
    let answer: Answer
    try {
      answer = await answerTo(request, encoding)
    } catch (error) {
      if (error instanceof UploadAborted) return
      onError(error)
      answer = statusAnswer(encoding ?? 'json', 500, 'The receiver failed to process this request.')
    }
    response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.byteLength })
    response.end(answer.body)
    drain(request)
  }

  const receiver = (request: IncomingMessage, response: ServerResponse): void => {
    receive(request, response).catch(onError)
  }
  return Object.assign(receiver, {
    handles: (request: IncomingMessage) => request.url?.startsWith(`${basePath}/v1/`) ?? false,
  })
}

const answerFor = (outcome: ExportOutcome, encoding: Encoding, signal: Signal): Answer => {
  switch (outcome.outcome) {
    case 'accepted':
      return successAnswer(encoding, signal, outcome.rejectedItems ?? 0, outcome.errorMessage ?? '')
    case 'undecodable':
      return statusAnswer(encoding, 400, outcome.errorMessage, { field: outcome.field })
    case 'too-large':
      return statusAnswer(encoding, 413, outcome.errorMessage)
    case 'overloaded':
      return statusAnswer(
        encoding,
        503,
        outcome.errorMessage ?? 'The receiver is overloaded. Try again later.',
        {
          headers: { 'retry-after': String(Math.max(1, Math.ceil(outcome.retryAfterSeconds))) },
        },
      )
  }
}
