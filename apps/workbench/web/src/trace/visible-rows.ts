import type { SpanNode, SpanTree } from './span-tree.ts'

/** A row of the waterfall. */
export type WaterfallRow = {
  readonly node: SpanNode
  /** Whether the rows of its children follow. */
  readonly open: boolean
  /** Shown only because a span below it matches the filter. */
  readonly context: boolean
}

/**
 * The rows to show: without a filter all but what is below folded spans; with one, the spans that match and their ancestors,
 * folded or not.
 */
export function visibleRows(
  tree: SpanTree,
  folded: ReadonlySet<string>,
  matches: ReadonlySet<SpanNode> | null,
): WaterfallRow[] {
  if (matches) {
    const shown = new Set<SpanNode>()
    for (const match of matches)
      for (let node: SpanNode | null = match; node && !shown.has(node); node = node.parent) shown.add(node)
    return tree.nodes
      .filter((node) => shown.has(node))
      .map((node) => ({ node, open: true, context: !matches.has(node) }))
  }
  const rows: WaterfallRow[] = []
  for (let index = 0; index < tree.nodes.length; index++) {
    const node = tree.nodes[index] as SpanNode
    const open = !folded.has(node.span.spanId)
    rows.push({ node, open, context: false })
    if (!open) index += node.descendants
  }
  return rows
}
