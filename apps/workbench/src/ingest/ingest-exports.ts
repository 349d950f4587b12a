import {
  decodeLogs,
  decodeMetrics,
  decodeTraces,
  decompress,
  type EncodedExport,
  type ExportOutcome,
  type ExportTraceServiceRequest,
  outcomeOfDecodingError,
} from '@linked-traces/otlp-receiver'
import { StoreError } from '../store/store-error.ts'
import type { SpanGroup, TelemetryStore, Written } from '../store/telemetry-store.ts'

/** Bytes of one export after decompression, as OTLP recommends. */
const mostDecompressedBytes = 64 * 1024 * 1024
/** Seconds a sender waits when the store cannot take anything. */
const retryAfterSeconds = 5

/** What ingest needs of a store. */
export type SpanSink = Pick<TelemetryStore, 'write' | 'count'>

/** An export as it came, less what storing does not need. */
export type WaitingExport = Omit<EncodedExport, 'headers'>

export type Ingested = {
  /** One for each export. */
  readonly outcomes: readonly ExportOutcome[]
  /** What was stored of all of them, `undefined` when that failed. */
  readonly written: Written | undefined
  readonly logRecordCount: number
  readonly metricPointCount: number
  /** Why nothing could be stored. */
  readonly failure: StoreError | undefined
}

type Decoded = {
  readonly groups: readonly SpanGroup[]
  readonly logRecords: number
  readonly metricPoints: number
  readonly outcome: ExportOutcome
}

/**
 * Decodes exports and stores them together, each sender hearing the truth about its own: a bad span costs one span, a bad export itself,
 * and a store that fails asks everybody to come again.
 */
export async function ingestExports(store: SpanSink, exports: readonly WaitingExport[]): Promise<Ingested> {
  const outcomes: ExportOutcome[] = []
  let logRecordCount = 0
  let metricPointCount = 0
  const decodeNext = (waiting: WaitingExport): readonly SpanGroup[] => {
    const { groups, logRecords, metricPoints, outcome } = decodeExport(waiting)
    outcomes.push(outcome)
    logRecordCount += logRecords
    metricPointCount += metricPoints
    return groups
  }
  // Decoded as they are written: spans that die young cost the garbage collector nothing.
  function* decoded(): Generator<readonly SpanGroup[]> {
    for (const waiting of exports) yield decodeNext(waiting)
  }
  try {
    const written = await store.write(decoded())
    if (logRecordCount + metricPointCount > 0) await store.count(logRecordCount, metricPointCount)
    return { outcomes, written, logRecordCount, metricPointCount, failure: undefined }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    const failed = { outcome: 'overloaded', retryAfterSeconds, errorMessage: error.message } as const
    for (const waiting of exports.slice(outcomes.length)) decodeNext(waiting)
    return {
      outcomes: outcomes.map((outcome) => (outcome.outcome === 'accepted' ? failed : outcome)),
      written: undefined,
      logRecordCount: 0,
      metricPointCount: 0,
      failure: error,
    }
  }
}

function decodeExport({ signal, encoding, contentEncoding, body }: WaitingExport): Decoded {
  const nothing = { groups: [], logRecords: 0, metricPoints: 0 }
  try {
    const bytes = decompress(body, contentEncoding, mostDecompressedBytes)
    if (signal === 'logs')
      return {
        ...nothing,
        logRecords: decodeLogs(bytes, encoding).logRecordCount,
        outcome: { outcome: 'accepted' },
      }
    if (signal === 'metrics')
      return {
        ...nothing,
        metricPoints: decodeMetrics(bytes, encoding).dataPointCount,
        outcome: { outcome: 'accepted' },
      }
    const { request, rejectedSpans, errorMessage } = decodeTraces(bytes, encoding)
    const outcome = { outcome: 'accepted', rejectedItems: rejectedSpans, errorMessage } as const
    return { ...nothing, groups: groupsOf(request), outcome }
  } catch (error) {
    return { ...nothing, outcome: outcomeOfDecodingError(error) }
  }
}

const groupsOf = (request: ExportTraceServiceRequest): SpanGroup[] =>
  request.resourceSpans.flatMap(({ resource, schemaUrl: resourceSchemaUrl, scopeSpans }) =>
    scopeSpans.map(({ scope, schemaUrl: scopeSchemaUrl, spans }) => ({
      resource,
      resourceSchemaUrl,
      scope,
      scopeSchemaUrl,
      spans,
    })),
  )
