import { isSpanContextValid, type SpanContext, TraceFlags } from '@opentelemetry/api'

/** A trace, and where to look at it. */
export interface TraceLocation {
  readonly traceId: string
  /** Its page in the workbench; left out without a workbench, and for a trace that was not sampled. */
  readonly url?: string
}

/** Tells where a span's trace is to be seen, if there is one. `workbenchUrl` has no slash at its end. */
export function locateTrace(
  span: SpanContext | undefined,
  workbenchUrl: string | undefined,
): TraceLocation | undefined {
  if (span === undefined || !isSpanContextValid(span)) return undefined
  const { traceId, traceFlags } = span
  if (workbenchUrl === undefined || (traceFlags & TraceFlags.SAMPLED) === 0) return { traceId }
  return { traceId, url: `${workbenchUrl}/traces/${traceId}` }
}
