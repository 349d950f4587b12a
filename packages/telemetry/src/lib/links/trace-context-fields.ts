import {
  type Context,
  createContextKey,
  isSpanContextValid,
  type SpanContext,
  trace,
} from '@opentelemetry/api'
import { formatTraceparent, parseTraceparent, RANDOM_FLAG } from './traceparent.ts'
import { formatTraceState, parseTraceState } from './tracestate.ts'

/** The fields by which W3C Trace Context tells of one span. */
export interface TraceContextFields {
  readonly traceparent: string
  readonly tracestate?: string
}

/** The id of the trace that a caller said has a random id. */
const RANDOM_TRACE = createContextKey('linked_traces.random_trace')

/**
 * Notes in a context what a caller said about its trace's id, for {@link formatTraceContext}: the flags of spans that
 * an SDK makes know of sampling alone.
 */
export function noteRandomTrace(context: Context, { traceId, traceFlags }: SpanContext): Context {
  return traceFlags & RANDOM_FLAG ? context.setValue(RANDOM_TRACE, traceId) : context
}

/**
 * The fields that tell of a context's span; `undefined` without a valid one.
 *
 * The `random` flag goes out as it came in, whatever has become of it in between (level 2, "Random Trace ID Flag").
 */
export function formatTraceContext(context: Context): TraceContextFields | undefined {
  const spanContext = trace.getSpanContext(context)
  if (spanContext === undefined || !isSpanContextValid(spanContext)) return undefined
  const { traceId, spanId, traceFlags, traceState } = spanContext
  const random = context.getValue(RANDOM_TRACE) === traceId ? RANDOM_FLAG : 0
  const traceparent = formatTraceparent({ traceId, spanId, traceFlags: traceFlags | random })
  const tracestate = formatTraceState(traceState)
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate }
}

/**
 * The remote span context that received fields tell of; `undefined` unless there is a single valid `traceparent`.
 *
 * @param traceparents every value that was received, without whitespace around it
 * @param tracestates likewise, in their order
 */
export function parseTraceContext(
  traceparents: readonly string[],
  tracestates: () => readonly string[],
): SpanContext | undefined {
  const [traceparent, ...others] = traceparents
  const spanContext =
    traceparent !== undefined && others.length === 0 ? parseTraceparent(traceparent) : undefined
  // "If the vendor failed to parse traceparent, it MUST NOT attempt to parse tracestate."
  if (spanContext === undefined) return undefined
  const traceState = parseTraceState(tracestates())
  return traceState === undefined ? spanContext : { ...spanContext, traceState }
}
