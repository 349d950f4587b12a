import { describe, expect, it } from 'vitest'
import { fanIn, linkedRoll, missingTargets, orderWorld } from '../../test/fixtures/corpus.ts'
import { traceIdOf, traceWorld, type WorldSketch } from '../../test/fixtures/trace-world.ts'
import { type GraphBox, linkGraph } from './link-graph.ts'
import { placeGraph } from './place-graph.ts'
import { relationsOf } from './relations.ts'

function graphOf(world: WorldSketch, trace: string, unfolded: readonly string[] = [], maxTraces = 500) {
  const set = traceWorld(world).linkSet(trace, maxTraces)
  return linkGraph(set, relationsOf(set.links), new Set(unfolded))
}

const named = (box: GraphBox | undefined) =>
  box?.kind === 'trace'
    ? `${box.trace.root.serviceName} ${box.trace.root.name}`
    : box?.kind === 'stack'
      ? `+${box.boxes.length} ${box.label}`
      : box?.words

function edgesOf({ boxes, edges }: ReturnType<typeof linkGraph>) {
  const byKey = new Map(boxes.map((box) => [box.key, box]))
  return edges.map(({ from, to, verb, wait }) => [named(byKey.get(from)), verb, named(byKey.get(to)), wait])
}

describe('linkGraph', () => {
  it('draws one arrow for two traces that are linked both ways', () => {
    const graph = graphOf(linkedRoll, 'gateway-roll')
    expect(edgesOf(graph)).toEqual([
      ['gateway GET /roll_with_link', 'called', 'dice GET /rolldice', '12 ms later'],
    ])
    expect(graph.edges[0]?.bothWays).toBe(true)
  })

  it('puts all but three of 200 effects that look alike into one box, and unfolds it', () => {
    const folded = graphOf(orderWorld(200), 'order-second')
    expect(folded.boxes.filter(({ kind }) => kind === 'stack').map(named)).toEqual([
      '+197 warehouse: pack parcel',
    ])
    expect(edgesOf(folded)).toContainEqual([
      'fulfilment process orders',
      'started',
      '+197 warehouse: pack parcel',
      '490 ms – 8.33 s later',
    ])
    expect(folded.boxes).toHaveLength(3 + 3 + 1)
    const unfolded = graphOf(orderWorld(200), 'order-second', [traceIdOf('parcel-0')])
    expect(unfolded.boxes).toHaveLength(203)
  })

  it('folds 200 causes of seven services into one box too', () => {
    const graph = graphOf(fanIn(200), 'gathering')
    expect(graph.boxes.filter(({ kind }) => kind === 'stack').map(named)).toEqual(['+197 of 7 kinds'])
    expect(graph.boxes).toHaveLength(1 + 3 + 1)
  })

  it('says of what is not here why, a box each', () => {
    const graph = graphOf(missingTargets, 'missing')
    expect(graph.boxes.filter(({ kind }) => kind === 'missing').map(named)).toEqual([
      'not arrived yet',
      'evicted 20:03',
      'deleted 20:03',
      'not sampled by its caller',
      'no valid ids',
    ])
    expect(graph.edges).toHaveLength(5)
  })
})

describe('placeGraph', () => {
  it('puts causes left of effects, or above them where the page is narrow', () => {
    const graph = graphOf(linkedRoll, 'gateway-roll')
    const [gateway, dice] = ['gateway-roll', 'dice-roll'].map(traceIdOf) as [string, string]
    const wide = placeGraph(graph, false).boxes
    expect(wide.get(gateway)?.x).toBeLessThan(wide.get(dice)?.x ?? 0)
    const narrow = placeGraph(graph, true).boxes
    expect(narrow.get(gateway)?.y).toBeLessThan(narrow.get(dice)?.y ?? 0)
  })

  it('places traces that lead to each other in a circle', () => {
    const graph = graphOf(
      {
        a: [{ id: 'a', links: [{ to: 'c/c', relation: 'message' }] }],
        b: [{ id: 'b', links: [{ to: 'a/a', relation: 'message' }] }],
        c: [{ id: 'c', links: [{ to: 'b/b', relation: 'message' }] }],
      },
      'a',
    )
    const placed = placeGraph(graph, false)
    expect(placed.boxes.size).toBe(3)
    for (const { path } of placed.edges.values()) expect(path).toMatch(/^M[\d.]+ [\d.]+[CL]/)
  })

  it('leads lines between the same two boxes side by side, in the order of their labels', () => {
    const graph = graphOf(
      {
        gateway: [{ id: 'call' }, { id: 'tally', links: [{ to: 'dice/root', relation: 'part' }] }],
        dice: [{ id: 'root', links: [{ to: 'gateway/call', relation: 'caller' }] }],
      },
      'gateway',
    )
    const lines = [...placeGraph(graph, false).edges.values()].toSorted((a, b) => a.label.y - b.label.y)
    expect(lines).toHaveLength(2)
    // Each line begins and ends higher than the next: none crosses.
    const ends = lines.map(({ path }) => {
      const numbers = path.match(/[\d.]+/g)?.map(Number) ?? []
      return { first: numbers[1] ?? Number.NaN, last: numbers.at(-1) ?? Number.NaN }
    })
    expect(ends[0]?.first).toBeLessThan(ends[1]?.last ?? 0)
    expect(ends[0]?.last).toBeLessThan(ends[1]?.first ?? 0)
  })

  it('places 200 boxes without one upon another', () => {
    const graph = graphOf(orderWorld(197), 'order-second', [traceIdOf('parcel-0')])
    const boxes = [...placeGraph(graph, false).boxes.values()]
    expect(boxes).toHaveLength(200)
    for (const [index, a] of boxes.entries())
      for (const b of boxes.slice(index + 1))
        expect(
          a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y,
        ).toBe(true)
  })
})
