import type { SearchCursor, SpanFilter, StatsFilter, TelemetryReader } from '../store/telemetry-store.ts'
import { type ExportRequest, queryExport, queryExportSize } from './export-query.ts'
import { type LinkSetBounds, queryLinkSet } from './link-set-query.ts'
import { queryLive } from './live-query.ts'
import { querySpan } from './span-query.ts'
import { type Paging, queryStream, queryTraces } from './span-search.ts'
import { queryErrors, queryOperations, queryServices, queryTimeSeries } from './statistics-query.ts'
import { queryTraceOperations } from './trace-operations-query.ts'
import { queryTrace } from './trace-query.ts'

/** What can be asked of stored telemetry; plain data, because it is answered on another thread. */
export type Question =
  | { readonly about: 'trace' | 'trace-operations'; readonly traceId: string }
  | { readonly about: 'span'; readonly traceId: string; readonly spanId: string }
  | ({ readonly about: 'link-set'; readonly traceId: string } & LinkSetBounds)
  | ({ readonly about: 'export' | 'export-size' } & ExportRequest)
  | ({ readonly about: 'stream' | 'traces'; readonly filter: SpanFilter } & Paging)
  | { readonly about: 'live'; readonly filter: SpanFilter; readonly after: SearchCursor | undefined }
  | { readonly about: 'services'; readonly filter: StatsFilter }
  | { readonly about: 'operations' | 'errors'; readonly filter: StatsFilter; readonly limit: number }
  | { readonly about: 'time-series'; readonly filter: StatsFilter; readonly buckets: number }
  | { readonly about: 'status' }

/** The answer as the API gives it, ready for JSON; `undefined` when what it is about is not stored. */
export async function answerQuestion(
  store: TelemetryReader,
  question: Question,
): Promise<object | undefined> {
  switch (question.about) {
    case 'trace':
      return queryTrace(store, question.traceId)
    case 'trace-operations':
      return queryTraceOperations(store, question.traceId)
    case 'span':
      return querySpan(store, question)
    case 'link-set':
      return queryLinkSet(store, question.traceId, question)
    case 'export':
      return queryExport(store, question)
    case 'export-size':
      return queryExportSize(store, question)
    case 'stream':
      return queryStream(store, question.filter, question)
    case 'traces':
      return queryTraces(store, question.filter, question)
    case 'live':
      return queryLive(store, question.filter, question.after)
    case 'services':
      return queryServices(store, question.filter)
    case 'operations':
      return queryOperations(store, question.filter, question.limit)
    case 'errors':
      return queryErrors(store, question.filter, question.limit)
    case 'time-series':
      return queryTimeSeries(store, question.filter, question.buckets)
    case 'status':
      return store.status()
  }
}
