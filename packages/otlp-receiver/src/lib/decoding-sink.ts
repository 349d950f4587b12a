import type { IncomingHttpHeaders } from 'node:http'
import type { ByteBudget } from './byte-budget.ts'
import { decodeLogs } from './decode-logs.ts'
import { decodeMetrics } from './decode-metrics.ts'
import { decodeTraces } from './decode-traces.ts'
import { type ContentEncoding, decompress } from './decompress.ts'
import type { EncodedExport, EncodedSink } from './encoded-sink.ts'
import type { Encoding } from './encoding.ts'
import { type ExportOutcome, outcomeOfDecodingError } from './export-outcome.ts'
import type { ExportTraceServiceRequest } from './model/export-trace-service-request.ts'

/** How an export came. */
export type ExportInfo = {
  readonly encoding: Encoding
  readonly contentEncoding: ContentEncoding
  readonly headers: IncomingHttpHeaders
  /** Items in the export that the sink is given; for traces without those already rejected. */
  readonly itemCount: number
}

type SinkAnswer = Extract<ExportOutcome, { outcome: 'accepted' | 'overloaded' }> | undefined

/**
 * Where decoded exports go. An answer of undefined means that everything was accepted; the sender hears of what the sink
 * rejects together with what the decoder already has. A signal without a method is decoded, checked and let go.
 */
export type DecodedSink = {
  traces?(request: ExportTraceServiceRequest, info: ExportInfo): SinkAnswer | Promise<SinkAnswer> | undefined
  logs?(info: ExportInfo): SinkAnswer | Promise<SinkAnswer> | undefined
  metrics?(info: ExportInfo): SinkAnswer | Promise<SinkAnswer> | undefined
}

/** Decodes on the caller's thread, one export at a time, and hands the result to `sink`. */
export const decodingSink = (
  sink: DecodedSink,
  decompressedBytes: number,
  budget: ByteBudget,
): EncodedSink => ({
  async receive(received) {
    const { encoding, contentEncoding, headers } = received
    let body: Uint8Array
    let decoded: Decoded
    try {
      body = decompress(received.body, contentEncoding, decompressedBytes)
      decoded = decode(received, body)
    } catch (error) {
      return outcomeOfDecodingError(error)
    }
    // What came in is in the budget already; what decompression has added is not, and a slow sink keeps it.
    const added = body === received.body ? 0 : body.byteLength
    if (!budget.take(added)) return { outcome: 'overloaded', retryAfterSeconds: 1 }
    try {
      const info: ExportInfo = { encoding, contentEncoding, headers, itemCount: decoded.itemCount }
      const answer =
        decoded.signal === 'traces'
          ? await sink.traces?.(decoded.request, info)
          : await sink[decoded.signal]?.(info)
      return merge(decoded, answer)
    } finally {
      budget.giveBack(added)
    }
  },
})

type Decoded = {
  readonly itemCount: number
  readonly rejectedItems: number
  readonly errorMessage: string
} & (
  | { readonly signal: 'traces'; readonly request: ExportTraceServiceRequest }
  | { readonly signal: 'logs' | 'metrics' }
)

const decode = ({ signal, encoding }: EncodedExport, body: Uint8Array): Decoded => {
  const clean = { rejectedItems: 0, errorMessage: '' }
  if (signal === 'logs') return { signal, itemCount: decodeLogs(body, encoding).logRecordCount, ...clean }
  if (signal === 'metrics') {
    return { signal, itemCount: decodeMetrics(body, encoding).dataPointCount, ...clean }
  }
  const { request, spanCount, rejectedSpans, errorMessage } = decodeTraces(body, encoding)
  return { signal, request, itemCount: spanCount, rejectedItems: rejectedSpans, errorMessage }
}

const merge = (decoded: Decoded, answer: SinkAnswer): ExportOutcome => {
  if (answer?.outcome === 'overloaded') return answer
  return {
    outcome: 'accepted',
    rejectedItems: decoded.rejectedItems + (answer?.rejectedItems ?? 0),
    errorMessage: [decoded.errorMessage, answer?.errorMessage ?? ''].filter((text) => text !== '').join(' '),
  }
}
