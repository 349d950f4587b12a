import { Graph, layout } from '@dagrejs/dagre'
import type { GraphBox, GraphEdge, LinkGraph } from './link-graph.ts'

/** Pixels from the drawing's top left corner. */
export type Point = { readonly x: number; readonly y: number }

export type Frame = Point & { readonly width: number; readonly height: number }

export type PlacedGraph = {
  readonly width: number
  readonly height: number
  /** Top left corners and sizes, by the boxes' keys. */
  readonly boxes: ReadonlyMap<string, Frame>
  /** Lines, as SVG paths, and the middles of labels, by the edges' keys. */
  readonly edges: ReadonlyMap<string, { readonly path: string; readonly label: Point }>
}

/** Widths and heights of boxes, in pixels; `linked.css` has the same. */
const sizes = {
  trace: { width: 248, height: 76 },
  missing: { width: 232, height: 58 },
  stack: { width: 232, height: 74 },
}

/** Places boxes so that causes are before effects: left of them, or above where the page is `narrow`. */
export function placeGraph(graph: LinkGraph, narrow: boolean): PlacedGraph {
  const drawing = new Graph({ multigraph: true })
  drawing.setGraph({
    rankdir: narrow ? 'TB' : 'LR',
    nodesep: narrow ? 20 : 16,
    ranksep: narrow ? 30 : 56,
    edgesep: 14,
    marginx: 2,
    marginy: 8,
  })
  for (const box of graph.boxes) drawing.setNode(box.key, { ...sizeOf(box) })
  for (const edge of graph.edges) {
    drawing.setEdge(edge.from, edge.to, { ...labelSize(wordsOf(edge), edge.wait), labelpos: 'c' }, edge.key)
  }
  layout(drawing)
  const boxes = new Map(
    graph.boxes.map((box) => {
      const { x, y, width, height } = drawing.node(box.key) as Required<
        Point & { width: number; height: number }
      >
      return [box.key, { x: x - width / 2, y: y - height / 2, width, height }]
    }),
  )
  const placed = (edge: GraphEdge): Point & { points: Point[] } =>
    drawing.edge(edge.from, edge.to, edge.key) as Point & { points: Point[] }
  const ports = portsOf(graph.edges, (edge) => (narrow ? placed(edge).x : placed(edge).y))
  const edges = new Map(
    graph.edges.map((edge) => {
      const { points, x, y } = placed(edge)
      const from = boxes.get(edge.from) as Frame
      const to = boxes.get(edge.to) as Frame
      const label = { x, y, ...labelSize(wordsOf(edge), edge.wait) }
      return [
        edge.key,
        { path: pathThrough(from, to, label, points, ports.get(edge) ?? 0.5, narrow), label: { x, y } },
      ]
    }),
  )
  const { width = 0, height = 0 } = drawing.graph() as { width?: number; height?: number }
  return { width, height, boxes, edges }
}

export const sizeOf = (box: GraphBox): { readonly width: number; readonly height: number } => sizes[box.kind]

type Side = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/**
 * Where lines meet the sides of their boxes, as shares of these from the top (or from the left): those between the same two
 * boxes one beside the other, in the order of their labels, so that they do not cross.
 */
function portsOf(
  edges: readonly GraphEdge[],
  labelAcross: (edge: GraphEdge) => number,
): ReadonlyMap<GraphEdge, number> {
  const ports = new Map<GraphEdge, number>()
  const between = Map.groupBy(edges, ({ from, to }) => [from, to].sort().join(' '))
  for (const group of between.values()) {
    const ordered = group.toSorted((a, b) => labelAcross(a) - labelAcross(b))
    for (const [index, edge] of ordered.entries()) ports.set(edge, (index + 1) / (ordered.length + 1))
  }
  return ports
}

/** From one box's side to the other's, straight through under the label; one that leads back past other boxes goes dagre's way. */
function pathThrough(
  from: Frame,
  to: Frame,
  label: Side,
  points: readonly Point[],
  port: number,
  narrow: boolean,
): string {
  // One computation for both directions: along the axis of time, and across.
  const turn = ({ x, y, width, height }: Side): Side =>
    narrow ? { x: y, y: x, width: height, height: width } : { x, y, width, height }
  const [a, b, at] = [turn(from), turn(to), turn(label)]
  const isBack = a.x > b.x
  const across = (side: Side): number => side.y + side.height * port
  const start = { x: isBack ? a.x : a.x + a.width, y: across(a) }
  const end = { x: isBack ? b.x + b.width : b.x, y: across(b) }
  const way = isBack ? -1 : 1
  const enter = at.x - (way * at.width) / 2
  const leave = at.x + (way * at.width) / 2
  const isDirect = way * start.x <= way * enter && way * leave <= way * end.x
  if (!isDirect) return smooth(points)
  const point = (x: number, y: number): string => (narrow ? `${y} ${x}` : `${x} ${y}`)
  const bend = (x1: number, y1: number, x2: number, y2: number): string => {
    const middle = (x1 + x2) / 2
    return `C${point(middle, y1)} ${point(middle, y2)} ${point(x2, y2)}`
  }
  return `M${point(start.x, start.y)}${bend(start.x, start.y, enter, at.y)}L${point(leave, at.y)}${bend(leave, at.y, end.x, end.y)}`
}

/** A line through points that turns in curves. */
function smooth(points: readonly Point[]): string {
  const [first, ...rest] = points
  const last = rest.at(-1)
  if (!first || !last) return ''
  const turns = rest.slice(0, -1).map((corner, index) => {
    const next = rest[index + 1] ?? last
    const until =
      index === rest.length - 2 ? last : { x: (corner.x + next.x) / 2, y: (corner.y + next.y) / 2 }
    return `Q${corner.x} ${corner.y} ${until.x} ${until.y}`
  })
  return `M${first.x} ${first.y}${turns.join('')}${turns.length === 0 ? `L${last.x} ${last.y}` : ''}`
}

const wordsOf = ({ verb, relations, bothWays }: GraphEdge): string =>
  verb + (relations.length > 1 ? ` × ${relations.length}` : '') + (bothWays ? ' ↔' : '')

/** The room a label takes: two lines, about 7 px a letter. */
function labelSize(verb: string, wait: string | null): { width: number; height: number } {
  return { width: Math.max(verb.length, wait?.length ?? 0) * 7 + 26, height: wait === null ? 24 : 40 }
}
