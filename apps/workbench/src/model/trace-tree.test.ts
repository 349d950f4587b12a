import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { traceTree } from './trace-tree.ts'

const span = (spanId: string, parentSpanId: string | null) => ({ spanId, parentSpanId })

const outline = (spans: readonly { spanId: string; parentSpanId: string | null }[]): string[] =>
  traceTree(spans).map(
    ({ span: { spanId }, depth, orphan }) => `${'  '.repeat(depth)}${spanId}${orphan ? ' (orphan)' : ''}`,
  )

describe('traceTree', () => {
  it('puts children under their parent whatever order they came in', () => {
    expect(outline([span('c', 'b'), span('b', 'a'), span('d', 'a'), span('a', null)])).toEqual([
      'a',
      '  b',
      '    c',
      '  d',
    ])
  })

  it('shows spans whose parent is missing after the roots', () => {
    expect(outline([span('x', 'gone'), span('y', 'x'), span('a', null)])).toEqual(['a', 'x (orphan)', '  y'])
  })

  it('shows a span that is its own parent, and spans that are each other’s, once', () => {
    expect(outline([span('s', 's'), span('p', 'q'), span('q', 'p')])).toEqual([
      's (orphan)',
      'p (orphan)',
      '  q',
    ])
  })

  it('says of each span whether a sibling follows', () => {
    const rows = traceTree([span('a', null), span('b', 'a'), span('c', 'b'), span('d', 'a')])
    expect(rows.map(({ hasNext }) => hasNext)).toEqual([false, true, false, false])
  })

  it('holds every span exactly once, for any parents at all', () => {
    const id = fc.integer({ min: 0, max: 12 }).map(String)
    const spans = fc.uniqueArray(fc.record({ spanId: id, parentSpanId: fc.option(id) }), {
      selector: ({ spanId }) => spanId,
    })
    fc.assert(
      fc.property(spans, (given) => {
        const placed = traceTree(given).map((row) => row.span)
        expect(new Set(placed)).toEqual(new Set(given))
        expect(placed).toHaveLength(given.length)
      }),
    )
  })

  it('lays out a chain of 50,000 spans without running out of stack', () => {
    const chain = Array.from({ length: 50_000 }, (_, index) =>
      span(`${index}`, index === 0 ? null : `${index - 1}`),
    )
    expect(traceTree(chain).at(-1)?.depth).toBe(49_999)
  })
})
