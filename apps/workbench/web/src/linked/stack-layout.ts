import type { LinkedTrace } from '../../../src/api/contract.ts'
import type { SpanNode, SpanTree } from '../trace/span-tree.ts'
import { type Relation, refKey } from './relations.ts'

/** A trace in the stack: its tree once it has been read, and how far its start is from the earliest start shown, in nanoseconds. */
export type StackedTrace = {
  readonly trace: LinkedTrace
  readonly tree: SpanTree | null
  readonly offset: number
}

export type StackRow = {
  readonly node: SpanNode
  /** Nanoseconds since the earliest start shown. */
  readonly start: number
  readonly end: number
  /** Whether start or end were moved, by less than the clocks can tell, to touch those of the call that waited for it. */
  readonly moved: boolean
  readonly y: number
}

export type StackBand = {
  readonly trace: LinkedTrace
  readonly offset: number
  readonly y: number
  readonly height: number
  readonly rows: readonly StackRow[]
  /** Spans of the trace that have no row. */
  readonly hidden: number
  readonly hiddenY: number
}

/** A relation between two rows. Where a span has no row, its nearest ancestor that has one stands in. */
export type StackConnector = {
  readonly relation: Relation
  readonly from: StackRow
  readonly to: StackRow
}

export type StackLayout = {
  readonly bands: readonly StackBand[]
  readonly connectors: readonly StackConnector[]
  readonly height: number
}

/** Pixels. */
export const stackSizes = { header: 34, row: 26, more: 24, gap: 14 }

/** Rows per trace when nothing about links asks for more. */
const usualRows = 6
/** Rows per trace at the most. */
const mostRows = 14

/** Places the waterfalls of several traces below each other, and what connects them. */
export function stackLayout(traces: readonly StackedTrace[], relations: readonly Relation[]): StackLayout {
  const linked = new Set(relations.flatMap(({ cause, effect }) => [refKey(cause), refKey(effect)]))
  const rowOf = new Map<SpanNode, StackRow>()
  const trees = new Map(traces.map(({ trace, tree }) => [trace.traceId, tree]))
  const offsets = new Map(traces.map(({ trace, offset }) => [trace.traceId, offset]))
  const calls = new Map(
    relations
      .filter(({ relation }) => relation === 'caller')
      .map((relation) => [refKey(relation.effect), relation]),
  )
  /** What was called took place while its caller waited; only grains of clocks are put right, no clock that is wrong. */
  const within = (node: SpanNode, offset: number): Pick<StackRow, 'start' | 'end' | 'moved'> => {
    const own = { start: offset + node.start, end: offset + node.end }
    const call = calls.get(refKey(node.span))
    const caller = call && trees.get(call.cause.traceId)?.byId.get(call.cause.spanId)
    if (!call || !caller) return { ...own, moved: false }
    const base = offsets.get(call.cause.traceId) ?? 0
    const [before, beyond] = [base + caller.start - own.start, own.end - base - caller.end]
    const start = before > 0 && before < call.clockNano ? own.start + before : own.start
    const end = beyond > 0 && beyond < call.clockNano ? own.end - beyond : own.end
    return { start, end, moved: start !== own.start || end !== own.end }
  }
  const bands: StackBand[] = []
  let y = 0
  for (const { trace, tree, offset } of traces) {
    const top = y
    y += stackSizes.header
    const rows = (tree ? chooseRows(tree, linked) : []).map((node): StackRow => {
      const row = { node, ...within(node, offset), y }
      rowOf.set(node, row)
      y += stackSizes.row
      return row
    })
    const hiddenY = y
    const hidden = tree ? trace.spanCount - rows.length : 0
    if (hidden > 0) y += stackSizes.more
    bands.push({ trace, offset, y: top, height: y - top, rows, hidden, hiddenY })
    y += stackSizes.gap
  }
  const find = (traceId: string, spanId: string): StackRow | undefined => {
    let node: SpanNode | null | undefined = trees.get(traceId)?.byId.get(spanId)
    while (node && !rowOf.has(node)) node = node.parent
    return node ? rowOf.get(node) : undefined
  }
  const connectors: StackConnector[] = []
  for (const relation of relations) {
    const from = find(relation.cause.traceId, relation.cause.spanId)
    const to = find(relation.effect.traceId, relation.effect.spanId)
    if (from && to && from !== to) connectors.push({ relation, from, to })
  }
  return { bands, connectors, height: Math.max(0, y - stackSizes.gap) }
}

/** Spans that are linked, with all above them, then others from the top; in the tree's order. */
function chooseRows(tree: SpanTree, linked: ReadonlySet<string>): SpanNode[] {
  const chosen = new Set<SpanNode>()
  for (const node of tree.nodes) {
    if (!linked.has(refKey(node.span))) continue
    const line: SpanNode[] = []
    for (let at: SpanNode | null = node; at && !chosen.has(at); at = at.parent) line.push(at)
    if (chosen.size + line.length > mostRows) {
      // Too deep for all of its ancestors: the span itself, if there is room.
      if (chosen.size < mostRows) chosen.add(node)
      continue
    }
    for (const at of line) chosen.add(at)
  }
  for (const node of tree.nodes) {
    if (chosen.size >= usualRows) break
    chosen.add(node)
  }
  return tree.nodes.filter((node) => chosen.has(node))
}
