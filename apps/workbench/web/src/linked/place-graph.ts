import { Graph, layout } from '@dagrejs/dagre'
import type { GraphBox, LinkGraph } from './link-graph.ts'

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
    ranksep: narrow ? 26 : 34,
    edgesep: 14,
    marginx: 2,
    marginy: 8,
  })
  for (const box of graph.boxes) drawing.setNode(box.key, { ...sizeOf(box) })
  for (const edge of graph.edges) {
    drawing.setEdge(edge.from, edge.to, { ...labelSize(edge.verb, edge.wait), labelpos: 'c' }, edge.key)
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
  const edges = new Map(
    graph.edges.map((edge) => {
      const { points, x, y } = drawing.edge(edge.from, edge.to, edge.key) as Point & { points: Point[] }
      const from = boxes.get(edge.from) as Frame
      const to = boxes.get(edge.to) as Frame
      return [edge.key, { path: pathThrough(from, to, { x, y }, points, narrow), label: { x, y } }]
    }),
  )
  const { width = 0, height = 0 } = drawing.graph() as { width?: number; height?: number }
  return { width, height, boxes, edges }
}

export const sizeOf = (box: GraphBox): { readonly width: number; readonly height: number } => sizes[box.kind]

/** From the middle of one box's side to that of the other's, through the label; edges against the direction go dagre's way. */
function pathThrough(
  from: Frame,
  to: Frame,
  label: Point,
  points: readonly Point[],
  narrow: boolean,
): string {
  const start = narrow
    ? { x: from.x + from.width / 2, y: from.y + from.height }
    : { x: from.x + from.width, y: from.y + from.height / 2 }
  const end = narrow ? { x: to.x + to.width / 2, y: to.y } : { x: to.x, y: to.y + to.height / 2 }
  const forward = narrow ? start.y < label.y && label.y < end.y : start.x < label.x && label.x < end.x
  if (!forward) return points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('')
  const bend = (a: Point, b: Point): string => {
    const middle = narrow ? (a.y + b.y) / 2 : (a.x + b.x) / 2
    return narrow
      ? `C${a.x} ${middle} ${b.x} ${middle} ${b.x} ${b.y}`
      : `C${middle} ${a.y} ${middle} ${b.y} ${b.x} ${b.y}`
  }
  return `M${start.x} ${start.y}${bend(start, label)}${bend(label, end)}`
}

/** The room a label takes: two lines, about 7 px a letter. */
function labelSize(verb: string, wait: string | null): { width: number; height: number } {
  return { width: Math.max(verb.length, wait?.length ?? 0) * 7 + 26, height: wait === null ? 24 : 40 }
}
