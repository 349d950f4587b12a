import { describe, expect, it } from 'vitest'
import { hardTraces, largeTrace } from '../../test/fixtures/corpus.ts'
import { traceWorld } from '../../test/fixtures/trace-world.ts'
import { type SpanTree, spanTree } from './span-tree.ts'

const world = traceWorld(hardTraces)

/** The tree as text: two blanks a level, and what is odd about a span. */
function drawn({ nodes }: SpanTree): string[] {
  return nodes.map(
    ({ span, depth, oddity }) =>
      `${'  '.repeat(depth)}${span.name.slice(0, 20)}${oddity ? ` (${oddity})` : ''}`,
  )
}

describe('spanTree', () => {
  it('puts a child that came and started before its root below the root', () => {
    expect(drawn(spanTree(world.trace('late-root')))).toEqual(['root that started af', '  child (early)'])
  })

  it('shows orphans with all that is below them, after the roots', () => {
    expect(drawn(spanTree(world.trace('orphan')))).toEqual([
      'root',
      'child of a span that (orphan)',
      '  lostkid',
    ])
  })

  it('shows a span that claims to be its own parent once', () => {
    expect(drawn(spanTree(world.trace('self-parent')))).toEqual(['root', 'self (circle)', '  selfkid'])
  })

  it('cuts a circle of parents at its earliest span', () => {
    expect(drawn(spanTree(world.trace('circle')))).toEqual(['a (circle)', '  b', '    c', '      d'])
  })

  it('marks spans that clocks put before their parent, or that end before they start', () => {
    expect(drawn(spanTree(world.trace('skew')))).toEqual([
      'root',
      '  far (early)',
      '  clock set back while (backward)',
    ])
  })

  it('places 10,000 spans, a third of them in deep chains, each exactly once', () => {
    const tree = spanTree(traceWorld({ large: largeTrace(10_000) }).trace('large'))
    expect(tree.nodes).toHaveLength(10_000)
    expect(new Set(tree.nodes).size).toBe(10_000)
    expect(tree.roots[0]?.descendants).toBe(9_999)
  })

  it('follows a chain as long as the trace', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) => ({
      id: `${index}`,
      ...(index > 0 && { parent: `${index - 1}` }),
      start: index,
    }))
    expect(spanTree(traceWorld({ chain }).trace('chain')).nodes.at(-1)?.depth).toBe(9_999)
  })
})
