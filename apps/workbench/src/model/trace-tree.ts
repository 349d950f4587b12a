/** What a tree needs to know of a span. */
export type TreeSpan = { readonly spanId: string; readonly parentSpanId: string | null }

/** A span at its place in the trace: depth-first order, `depth` 0 for roots. */
export type TreeRow<S> = {
  readonly span: S
  readonly depth: number
  readonly parent: TreeRow<S> | undefined
  /** Whether a sibling follows further down. */
  readonly hasNext: boolean
  /** The parent is named but not here, or the parents run in a circle. */
  readonly orphan: boolean
}

/**
 * Lays the spans of one trace out as a tree, without recursion, keeping the order given among siblings.
 *
 * Every span appears exactly once: spans without a parent, then orphans, then of each circle of parents (a span may even name itself)
 * the first span given stands in for a root.
 */
export function traceTree<S extends TreeSpan>(spans: readonly S[]): TreeRow<S>[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const children = Map.groupBy(spans, (span) => span.parentSpanId)
  const rows: TreeRow<S>[] = []
  const placed = new Set<S>()

  const place = (root: S): void => {
    const stack: TreeRow<S>[] = [
      { span: root, depth: 0, parent: undefined, hasNext: false, orphan: root.parentSpanId !== null },
    ]
    placed.add(root)
    for (let row = stack.pop(); row; row = stack.pop()) {
      rows.push(row)
      const own = (children.get(row.span.spanId) ?? []).filter((child) => !placed.has(child))
      for (const child of own) placed.add(child)
      for (let index = own.length - 1; index >= 0; index--) {
        const hasNext = index < own.length - 1
        stack.push({ span: own[index] as S, depth: row.depth + 1, parent: row, hasNext, orphan: false })
      }
    }
  }
  for (const span of spans) if (span.parentSpanId === null) place(span)
  for (const span of spans) if (span.parentSpanId !== null && !byId.has(span.parentSpanId)) place(span)
  for (const span of spans) if (!placed.has(span)) place(span)
  return rows
}
