import type { Span, Trace } from '../../../src/api/contract.ts'

/** A span at its place in the trace. Times are nanoseconds since the trace's start. */
export type SpanNode = {
  readonly span: Span
  readonly parent: SpanNode | null
  readonly depth: number
  readonly children: SpanNode[]
  /** All below it. */
  descendants: number
  readonly start: number
  readonly end: number
  readonly oddity: Oddity | null
}

/**
 * What is strange about a span's place:
 * - `orphan`: its parent is named but not here
 * - `circle`: its parents run in a circle, and it was chosen to stand in for a root
 * - `early`: it starts before its parent, which only clocks that disagree can tell
 * - `backward`: it ends before it starts
 */
export type Oddity = 'orphan' | 'circle' | 'early' | 'backward'

export type SpanTree = {
  readonly roots: readonly SpanNode[]
  /** Depth first, every span of the trace exactly once. */
  readonly nodes: readonly SpanNode[]
  readonly byId: ReadonlyMap<string, SpanNode>
  /** Nanoseconds from the trace's start to its end. */
  readonly duration: number
}

/** Places every span of a trace in a tree, in the order given among siblings, whatever their parents claim; without recursion. */
export function spanTree(trace: Pick<Trace, 'spans' | 'startTimeUnixNano' | 'endTimeUnixNano'>): SpanTree {
  const origin = BigInt(trace.startTimeUnixNano)
  const ids = new Set(trace.spans.map(({ spanId }) => spanId))
  const children = Map.groupBy(trace.spans, ({ parentSpanId }) => parentSpanId)
  const nodes: SpanNode[] = []
  const roots: SpanNode[] = []
  const placed = new Set<Span>()

  const nodeOf = (span: Span, parent: SpanNode | null, standIn: 'orphan' | 'circle' | null): SpanNode => {
    placed.add(span)
    const start = Number(BigInt(span.startTimeUnixNano) - origin)
    const end = Number(BigInt(span.endTimeUnixNano) - origin)
    const late = end < start ? 'backward' : parent && start < parent.start ? 'early' : null
    return {
      span,
      parent,
      depth: parent ? parent.depth + 1 : 0,
      children: [],
      descendants: 0,
      start,
      end,
      oddity: standIn ?? late,
    }
  }
  const plant = (span: Span, standIn: 'orphan' | 'circle' | null): void => {
    const root = nodeOf(span, null, standIn)
    roots.push(root)
    const stack = [root]
    for (let node = stack.pop(); node; node = stack.pop()) {
      nodes.push(node)
      for (const child of children.get(node.span.spanId) ?? []) {
        if (!placed.has(child)) node.children.push(nodeOf(child, node, null))
      }
      for (let index = node.children.length - 1; index >= 0; index--)
        stack.push(node.children[index] as SpanNode)
    }
  }
  for (const span of trace.spans) if (span.parentSpanId === null) plant(span, null)
  for (const span of trace.spans)
    if (span.parentSpanId !== null && !ids.has(span.parentSpanId)) plant(span, 'orphan')
  for (const span of trace.spans) if (!placed.has(span)) plant(span, 'circle')

  // Children stand after their parents, so one pass from the end adds up whole branches.
  for (let index = nodes.length - 1; index >= 0; index--) {
    const { parent, descendants } = nodes[index] as SpanNode
    if (parent) parent.descendants += descendants + 1
  }
  return {
    roots,
    nodes,
    byId: new Map(nodes.map((node) => [node.span.spanId, node])),
    duration: Math.max(0, Number(BigInt(trace.endTimeUnixNano) - origin)),
  }
}
