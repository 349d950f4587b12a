import { describe, expect, it } from 'vitest'
import { hardTraces, largeTrace } from '../../test/fixtures/corpus.ts'
import { type SpanSketch, traceWorld } from '../../test/fixtures/trace-world.ts'
import { criticalPath } from './critical-path.ts'
import { type SpanNode, spanTree } from './span-tree.ts'

/** Stretches in milliseconds, by name. */
function pathOf(spans: readonly SpanSketch[]) {
  const tree = spanTree(traceWorld({ t: spans }).trace('t'))
  const root = tree.roots[0]
  if (!root) return {}
  return Object.fromEntries(
    [...criticalPath(root)].map(([node, stretches]) => [
      node.span.name,
      stretches.map(({ start, end }) => [start / 1e6, end / 1e6]),
    ]),
  )
}

describe('criticalPath', () => {
  it('leads through the child that ended last, and back to what ran before it', () => {
    expect(
      pathOf([
        { id: 'root', duration: 100 },
        { id: 'first', parent: 'root', start: 10, duration: 20 },
        { id: 'beside', parent: 'root', start: 12, duration: 5 },
        { id: 'second', parent: 'root', start: 40, duration: 50 },
        { id: 'inner', parent: 'second', start: 50, duration: 30 },
      ]),
    ).toEqual({
      root: [
        [0, 10],
        [30, 40],
        [90, 100],
      ],
      first: [[10, 30]],
      second: [
        [40, 50],
        [80, 90],
      ],
      inner: [[50, 80]],
    })
  })

  it('does not count what a child does after its parent ended', () => {
    expect(
      pathOf([
        { id: 'root', duration: 10 },
        { id: 'async', parent: 'root', start: 6, duration: 50 },
      ]),
    ).toEqual({ root: [[0, 6]], async: [[6, 10]] })
  })

  it('covers the root’s time exactly, however many spans there are', () => {
    const root = spanTree(traceWorld({ t: largeTrace(10_000) }).trace('t')).roots[0] as SpanNode
    const stretches = [...criticalPath(root).values()].flat()
    expect(stretches.reduce((sum, { start, end }) => sum + end - start, 0)).toBe(root.end - root.start)
  })

  it.each(Object.keys(hardTraces))('comes to an end for the trace “%s”', (name) => {
    expect(Object.keys(pathOf(hardTraces[name] ?? [])).length).toBeGreaterThan(0)
  })
})
