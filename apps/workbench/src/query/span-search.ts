import type { StreamPage, TracePage } from '../api/contract.ts'
import type { SearchCursor, SpanFilter, TelemetryReader } from '../store/telemetry-store.ts'
import { axiomRow } from './axiom-row.ts'
import { writeCursor } from './search-cursor.ts'
import { traceSummaryJson } from './trace-summary-json.ts'

/** How long one page may be searched for. */
const budgetMillis = 1_000

/** A page of what was asked for. */
export type Paging = { readonly limit: number; readonly after: SearchCursor | undefined }

/** Rows, the last received first. */
export async function queryStream(
  store: TelemetryReader,
  filter: SpanFilter,
  { limit, after }: Paging,
): Promise<StreamPage> {
  const { spans, next } = await store.searchSpans(filter, after, { limit, budgetMillis })
  return { rows: spans.map(axiomRow), nextCursor: next ? writeCursor(next) : null }
}

/** Traces with a span that matches, the one whose match was received last first. */
export async function queryTraces(
  store: TelemetryReader,
  filter: SpanFilter,
  { limit, after }: Paging,
): Promise<TracePage> {
  const { traces, next } = await store.searchTraces(filter, after, { limit, budgetMillis })
  return { traces: traces.map(traceSummaryJson), nextCursor: next ? writeCursor(next) : null }
}
