import { describe, expect, it } from 'vitest'
import { largeTrace, linkedRoll } from '../../test/fixtures/corpus.ts'
import { traceWorld, type WorldSketch } from '../../test/fixtures/trace-world.ts'
import { spanTree } from '../trace/span-tree.ts'
import { relationsOf } from './relations.ts'
import { stackLayout } from './stack-layout.ts'

function layoutOf(sketch: WorldSketch, from: string) {
  const world = traceWorld(sketch)
  const set = world.linkSet(from)
  const origin = BigInt(world.trace(from).startTimeUnixNano)
  const stacked = Object.keys(sketch).map((name) => {
    const read = world.trace(name)
    const trace = set.traces.find(({ traceId }) => traceId === read.traceId)
    if (!trace) throw new Error(`${name} is not in the set`)
    return { trace, tree: spanTree(read), offset: Number(BigInt(read.startTimeUnixNano) - origin) }
  })
  return stackLayout(stacked, relationsOf(set.links))
}

describe('stackLayout', () => {
  it('puts traces below each other and connects the spans that are linked, at their absolute times', () => {
    const { bands, connectors } = layoutOf(linkedRoll, 'gateway-roll')
    expect(bands.map(({ rows }) => rows.map(({ node }) => node.span.name))).toEqual([
      ['GET /roll_with_link', 'parent_span', 'GET'],
      ['GET /rolldice', 'roll_dice_span'],
    ])
    expect(connectors.map(({ from, to }) => [from.node.span.name, to.node.span.name])).toEqual([
      ['GET', 'GET /rolldice'],
    ])
    const [connector] = connectors
    expect((connector?.to.start ?? 0) - (connector?.from.start ?? 0)).toBe(12e6)
    expect(connector?.to.y).toBeGreaterThan(connector?.from.y ?? 0)
  })

  it('lets a callee end with its call where only the grain of the clocks says otherwise', () => {
    const rolls = (start: number, duration: number): WorldSketch => ({
      caller: [{ id: 'call', kind: 'client', start: 10, duration: 20 }],
      callee: [
        {
          id: 'root',
          service: 'dice',
          start,
          duration,
          links: [{ to: 'caller/call', relation: 'caller' }],
        },
      ],
    })
    const calleeOf = (start: number, duration: number) => {
      const { bands } = layoutOf(rolls(start, duration), 'caller')
      const [row] = bands[1]?.rows ?? []
      return row && { start: row.start / 1e6, end: row.end / 1e6, moved: row.moved }
    }
    // Starts of whole milliseconds, as OpenTelemetry's SDK for JavaScript has them.
    expect(calleeOf(12, 18.4)).toEqual({ start: 2, end: 20, moved: true })
    expect(calleeOf(12, 18)).toEqual({ start: 2, end: 20, moved: false })
    // More than a grain is a clock that is wrong, and shown.
    expect(calleeOf(12, 19.2)).toEqual({ start: 2, end: 21.2, moved: false })
    expect(calleeOf(9, 4)).toEqual({ start: -1, end: 3, moved: false })
  })

  it('shows the linked span of 10,000 and what stands above it, and says how many it leaves out', () => {
    const large = [
      ...largeTrace(10_000),
      { id: 'deep', parent: 's49', start: 60, links: [{ to: 'cause/c' }] },
    ]
    const { bands, connectors } = layoutOf({ large, cause: [{ id: 'c' }] }, 'large')
    const [band] = bands
    expect(band?.rows.map(({ node }) => node.span.name)).toContain('deep')
    expect((band?.rows.length ?? 0) + (band?.hidden ?? 0)).toBe(10_001)
    expect(band?.rows.length).toBeLessThanOrEqual(14)
    expect(connectors).toHaveLength(1)
  })
})
