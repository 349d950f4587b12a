import type { LinkedTrace, LinkSet, LinkTarget } from '../../../src/api/contract.ts'
import { formatDuration } from '../app/format-duration.ts'
import { isEarlier, missingWords, verbOf, waitWords } from './relation-words.ts'
import type { Relation } from './relations.ts'

/** What stands in the graph. `key` is unique in the graph and stable while spans arrive. */
export type GraphBox =
  | { readonly kind: 'trace'; readonly key: string; readonly trace: LinkedTrace }
  /** A trace that links lead to and that is not here. */
  | {
      readonly kind: 'missing'
      readonly key: string
      readonly traceId: string
      readonly target: LinkTarget
      readonly words: string
    }
  /** Boxes that look and are linked alike, in one. */
  | {
      readonly kind: 'stack'
      readonly key: string
      /** Key of the first of the fan, by which it is unfolded. */
      readonly firstKey: string
      readonly boxes: readonly GraphBox[]
      /** What they have in common. */
      readonly label: string
      readonly errorCount: number
    }

export type GraphEdge = {
  readonly key: string
  /** Keys of boxes, from cause to effect. */
  readonly from: string
  readonly to: string
  readonly verb: string
  /** `12 ms later`, `40 ms – 8 s later` of several; `null` while unknown. */
  readonly wait: string | null
  readonly earlier: boolean
  readonly bothWays: boolean
  readonly relations: readonly Relation[]
}

export type LinkGraph = { readonly boxes: readonly GraphBox[]; readonly edges: readonly GraphEdge[] }

/** More boxes than this that look and are linked alike are shown as {@link shownOfFan} and a stack of the rest. */
const largestFan = 5
const shownOfFan = 3
/** Boxes on one side of another, related in one way, before different ones are folded together. */
const mostOnOneSide = 10

/** The graph of a link set: a box per trace, an edge per pair of traces and way of being related. `unfolded` has the first boxes of fans to
 * show in full. */
export function linkGraph(
  set: LinkSet,
  relations: readonly Relation[],
  unfolded: ReadonlySet<string>,
): LinkGraph {
  const boxes = new Map<string, GraphBox>()
  for (const trace of [...set.traces].sort(byStart)) {
    boxes.set(trace.traceId, { kind: 'trace', key: trace.traceId, trace })
  }
  const between: { from: string; to: string; relation: Relation }[] = []
  for (const relation of relations) {
    const [from, to] = [relation.cause, relation.effect].map((end) => {
      if (boxes.get(end.traceId)?.kind === 'trace') return end.traceId
      const target = end.target ?? { state: 'not_arrived' as const }
      const key = target.state === 'invalid' ? `invalid ${relation.key}` : `missing ${end.traceId}`
      const words =
        missingWords(target, relation.links[0]?.relation ?? null) ?? 'beyond the limit of this view'
      boxes.set(key, { kind: 'missing', key, traceId: end.traceId, target, words })
      return key
    }) as [string, string]
    if (from !== to) between.push({ from, to, relation })
  }
  const home = foldFans(set.traceId, boxes, between, unfolded)
  const kept = new Map<string, GraphBox>()
  for (const [key, box] of boxes) {
    const shown = home.get(key) ?? box
    kept.set(shown.key, shown)
  }
  const drawn = between.map(({ from, to, relation }) => ({
    from: home.get(from)?.key ?? from,
    to: home.get(to)?.key ?? to,
    verb: verbOf(relation.relation),
    relation,
  }))
  const groups = Map.groupBy(drawn, ({ from, to, verb }) => `${from} ${to} ${verb}`)
  const edges = [...groups].map(([key, group]): GraphEdge => {
    const { from, to, verb } = group[0] as (typeof drawn)[number]
    return {
      key,
      from,
      to,
      verb,
      wait: waitOfAll(group.map(({ relation }) => relation)),
      earlier: group.some(({ relation }) => isEarlier(relation)),
      bothWays: group.every(({ relation }) => relation.bothWays),
      relations: group.map(({ relation }) => relation),
    }
  })
  return { boxes: [...kept.values()], edges }
}

/** Which stack a box went into, of boxes that hang on one other box only, in the same way. */
function foldFans(
  home: string,
  boxes: ReadonlyMap<string, GraphBox>,
  between: readonly { from: string; to: string; relation: Relation }[],
  unfolded: ReadonlySet<string>,
): Map<string, GraphBox> {
  const neighbours = new Map<string, Set<string>>()
  const sides = new Map<string, string>()
  for (const { from, to, relation } of between) {
    for (const [key, other, side] of [
      [from, to, 'before'],
      [to, from, 'after'],
    ] as const) {
      neighbours.set(key, (neighbours.get(key) ?? new Set()).add(other))
      sides.set(key, `${side} ${other} ${verbOf(relation.relation)}`)
    }
  }
  const leaves = [...boxes.values()].filter(({ key }) => key !== home && neighbours.get(key)?.size === 1)
  const stacks = new Map<string, GraphBox>()
  for (const side of Map.groupBy(leaves, ({ key }) => sides.get(key)).values()) {
    const alike = [...Map.groupBy(side, labelOf).values()]
    const shown = alike.reduce((sum, { length }) => sum + (length > largestFan ? shownOfFan + 1 : length), 0)
    // Too many different ones are folded too, whatever they look like.
    for (const fan of shown > mostOnOneSide ? [side] : alike) {
      const first = fan[0] as GraphBox
      if (fan.length <= largestFan || unfolded.has(first.key)) continue
      const rest = fan.slice(shownOfFan)
      const stack: GraphBox = {
        kind: 'stack',
        key: `stack ${first.key}`,
        firstKey: first.key,
        boxes: rest,
        label: labelOfAll(rest),
        errorCount: rest.filter((box) => box.kind === 'trace' && box.trace.errorCount > 0).length,
      }
      for (const box of rest) stacks.set(box.key, stack)
    }
  }
  return stacks
}

/** What boxes have in common, or of how many kinds they are. */
function labelOfAll(boxes: readonly GraphBox[]): string {
  const labels = new Set(boxes.map(labelOf))
  const [only] = labels
  return labels.size === 1 && only !== undefined ? only : `of ${labels.size} kinds`
}

function labelOf(box: GraphBox): string {
  if (box.kind === 'trace') return `${box.trace.root.serviceName}: ${box.trace.root.name}`
  return box.kind === 'missing' ? box.words : box.label
}

function waitOfAll(relations: readonly Relation[]): string | null {
  const waits = relations.map(({ waitNano }) => waitNano).filter((wait) => wait !== null)
  if (waits.length === 0) return null
  const clock = Math.max(...relations.map(({ clockNano }) => clockNano))
  const least = Math.min(...waits)
  const most = Math.max(...waits)
  if (least === most || least < 0 || (clock > 1 && most < clock)) return waitWords(least, clock)
  const [from, to] = [formatDuration(least), formatDuration(most)]
  return from === to ? `${from} later` : `${from} – ${to} later`
}

const byStart = (a: LinkedTrace, b: LinkedTrace): number => {
  const order = BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)
  return order < 0n ? -1 : order > 0n ? 1 : 0
}
