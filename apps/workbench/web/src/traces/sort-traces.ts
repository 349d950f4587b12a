import type { TraceSummary } from '../../../src/api/contract.ts'

/** Orders the traces that are loaded; without one they stand as the API tells them, latest arrival first. */
export type TraceOrder = 'start' | 'duration' | 'spans' | 'errors' | 'links'

export const readTraceOrder = (text: string | null): TraceOrder | null =>
  text !== null && Object.hasOwn(measures, text) ? (text as TraceOrder) : null

const measures = {
  start: (trace) => BigInt(trace.startTimeUnixNano),
  duration: (trace) => BigInt(trace.durationNano),
  spans: (trace) => BigInt(trace.spanCount),
  errors: (trace) => BigInt(trace.errorCount),
  links: (trace) => BigInt(trace.linksOut + trace.linksIn),
} satisfies Record<TraceOrder, (trace: TraceSummary) => bigint>

/** The most first; equal ones keep their order. */
export function sortTraces(
  traces: readonly TraceSummary[],
  order: TraceOrder | null,
): readonly TraceSummary[] {
  if (order === null) return traces
  const measured = traces.map((trace) => ({ trace, measure: measures[order](trace) }))
  measured.sort((a, b) => (a.measure === b.measure ? 0 : a.measure < b.measure ? 1 : -1))
  return measured.map(({ trace }) => trace)
}
