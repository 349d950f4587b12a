import type { StoredSpan } from '../model/stored-span.ts'
import type { TelemetryReader } from '../store/telemetry-store.ts'
import type { LinkSetBounds } from './link-set-query.ts'
import { otlpJson } from './otlp-json.ts'

/** Spans exported at once. */
export const mostSpansExported = 100_000

/** Everything that was sent of one trace, or of all that hang together with it by links. */
export type ExportRequest = { readonly traceId: string; readonly linkSet: LinkSetBounds | undefined }

/** How many spans an export holds; `undefined` when the trace is not stored. */
export async function queryExportSize(
  store: TelemetryReader,
  request: ExportRequest,
): Promise<{ readonly spanCount: number } | undefined> {
  const traces = await exportedTraces(store, request)
  if (traces.length === 0) return undefined
  return { spanCount: traces.reduce((sum, { spanCount }) => sum + spanCount, 0) }
}

/** The spans as OTLP's JSON; `undefined` when the trace is not stored. To be asked for after {@link queryExportSize} allows it. */
export async function queryExport(
  store: TelemetryReader,
  request: ExportRequest,
): Promise<object | undefined> {
  const spans: StoredSpan[] = []
  for (const { traceId } of await exportedTraces(store, request)) {
    const found = await store.trace(traceId, mostSpansExported - spans.length)
    spans.push(...(found?.spans ?? []))
  }
  return spans.length === 0 ? undefined : otlpJson(spans)
}

async function exportedTraces(store: TelemetryReader, { traceId, linkSet }: ExportRequest) {
  const { traces } = await store.linkSet(traceId, {
    traces: linkSet?.maxTraces ?? 1,
    hops: linkSet?.maxHops ?? 0,
    edges: 0,
  })
  return traces.flatMap(({ summary }) => (summary ? [summary] : []))
}
