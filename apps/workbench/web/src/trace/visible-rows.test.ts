import { describe, expect, it } from 'vitest'
import { spanIdOf, traceWorld } from '../../test/fixtures/trace-world.ts'
import { spanFilter } from './span-filter.ts'
import { spanTree } from './span-tree.ts'
import { visibleRows } from './visible-rows.ts'

const tree = spanTree(
  traceWorld({
    t: [
      { id: 'root', duration: 9 },
      { id: 'left', parent: 'root', start: 1 },
      { id: 'leaf', parent: 'left', start: 2, error: 'out of paper', attributes: { 'http.route': '/a' } },
      { id: 'right', parent: 'root', start: 3 },
    ],
  }).trace('t'),
)
const names = (rows: ReturnType<typeof visibleRows>) =>
  rows.map(
    ({ node, open, context }) => `${node.span.name}${open ? '' : ' folded'}${context ? ' context' : ''}`,
  )
const matching = (text: string) => {
  const filter = spanFilter(text)
  return filter && new Set(tree.nodes.filter(({ span }) => filter(span)))
}

describe('visibleRows', () => {
  it('leaves out what is below a folded span', () => {
    expect(names(visibleRows(tree, new Set([spanIdOf('left')]), null))).toEqual([
      'root',
      'left folded',
      'right',
    ])
    expect(names(visibleRows(tree, new Set([spanIdOf('root')]), null))).toEqual(['root folded'])
  })

  it('shows what matches a filter with its ancestors, even where they are folded', () => {
    expect(names(visibleRows(tree, new Set([spanIdOf('root')]), matching('leaf')))).toEqual([
      'root context',
      'left context',
      'leaf',
    ])
  })
})

describe('spanFilter', () => {
  it.each([
    ['is:error', ['leaf']],
    ['OUT "of paper"', ['leaf']],
    ['http.route=/a', ['leaf']],
    ['http.route=/', []],
    ['has:link', []],
    ['leaf is:error right', []],
  ])('finds by %s', (text, found) => {
    expect([...(matching(text) ?? [])].map(({ span }) => span.name)).toEqual(found)
  })

  it('filters nothing by nothing', () => {
    expect(spanFilter('  ')).toBeNull()
  })
})
