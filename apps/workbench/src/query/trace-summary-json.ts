import type { TraceSummary } from '../api/contract.ts'
import type { TraceSummary as StoredTraceSummary } from '../model/span-summary.ts'
import { summaryJson } from './span-json.ts'

/** A trace in a list. */
export const traceSummaryJson = (trace: StoredTraceSummary): TraceSummary => ({
  traceId: trace.traceId,
  root: { ...summaryJson(trace.root), spanId: trace.root.spanId, isRoot: trace.hasRoot },
  startTimeUnixNano: String(trace.start),
  durationNano: String(trace.duration),
  spanCount: trace.spanCount,
  errorCount: trace.errorCount,
  services: trace.services.map(({ serviceName }) => serviceName),
  linksOut: trace.linkCount,
  linksIn: trace.linkedFromCount,
})
