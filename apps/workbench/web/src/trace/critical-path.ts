import type { SpanNode } from './span-tree.ts'

/** Nanoseconds since the trace's start. */
export type Stretch = { readonly start: number; readonly end: number }

/**
 * The critical path: for each span on it, the stretches during which shortening it would have shortened the root.
 *
 * Backward from the end: the child that ended last is what was waited for; before it started, the one that ended last before that; in
 * between, the span itself. What children do outside their parent's time does not count.
 */
export function criticalPath(root: SpanNode): Map<SpanNode, Stretch[]> {
  const path = new Map<SpanNode, Stretch[]>()
  const stack = [{ node: root, start: root.start, end: root.end }]
  for (let open = stack.pop(); open; open = stack.pop()) {
    const { node, start, end } = open
    const children = node.children
      .map((child) => ({
        node: child,
        start: Math.max(child.start, start),
        end: Math.min(child.end, end),
      }))
      .filter((child) => child.end > child.start)
      .sort((a, b) => b.end - a.end)
    const stretches: Stretch[] = []
    let cursor = end
    for (const child of children) {
      if (child.end > cursor) continue
      if (child.end < cursor) stretches.push({ start: child.end, end: cursor })
      stack.push(child)
      cursor = child.start
    }
    if (cursor > start) stretches.push({ start, end: cursor })
    path.set(node, stretches.reverse())
  }
  return path
}
