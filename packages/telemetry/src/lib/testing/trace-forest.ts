import type { SpanRecord } from './span-record.ts'

export interface TraceNode {
  readonly span: SpanRecord
  readonly children: readonly TraceNode[]
}

export interface Trace {
  readonly traceId: string
  /** Roots, and spans whose parent was not recorded. */
  readonly tops: readonly TraceNode[]
}

/**
 * Spans as trees: traces, the tops of a trace and the children of a span by start time. Every span is in it
 * once, also one that is its own ancestor, which is then a top.
 */
export function traceForest(spans: readonly SpanRecord[]): Trace[] {
  const byStart = spans.toSorted((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano))
  const traces = Map.groupBy(byStart, ({ traceId }) => traceId)
  return Array.from(traces, ([traceId, own]) => ({ traceId, tops: topsOf(own) }))
}

function topsOf(spans: readonly SpanRecord[]): TraceNode[] {
  const recorded = new Set(spans.map(({ spanId }) => spanId))
  const childrenOf = Map.groupBy(spans, ({ parentSpanId }) => parentSpanId)
  const placed = new Set<SpanRecord>()
  const place = (span: SpanRecord): TraceNode => {
    placed.add(span)
    const children = childrenOf.get(span.spanId) ?? []
    return { span, children: children.filter((child) => !placed.has(child)).map(place) }
  }
  const tops = spans.filter(({ parentSpanId }) => parentSpanId === undefined || !recorded.has(parentSpanId))
  const trees = tops.map(place)
  // What is still left hangs in a circle of parents.
  for (const span of spans) if (!placed.has(span)) trees.push(place(span))
  return trees
}
