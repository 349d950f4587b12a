import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { BlockFilter, mayHold } from './block-filter.ts'
import { BlockGroup, BlockGrouper, isIn } from './block-groups.ts'
import { migrate } from './schema.ts'

/** Inserts blocks whose filters hold the tokens given, and what a group of them says. */
function grouped(blocks: readonly (readonly number[])[]) {
  const database = new DatabaseSync(':memory:')
  migrate(database, 0)
  const insert = database.prepare('INSERT INTO block VALUES (?, ?, ?, ?, ?, ?)')
  const grouper = new BlockGrouper(database)
  grouper.restore()
  const filters = blocks.map((tokens, index) => {
    const filter = new BlockFilter()
    for (const token of tokens) filter.add(token)
    insert.run(
      index * 10 + 1,
      index * 10 + 10,
      1_000n - BigInt(index),
      1_000n + BigInt(index),
      index,
      filter.bytes(),
    )
    grouper.added()
    return filter.bytes()
  })
  const selectGroups = database.prepare('SELECT * FROM block_group ORDER BY first_chunk')
  selectGroups.setReadBigInts(true)
  const selectSlice = database.prepare('SELECT bits FROM filter_slice WHERE block_group = ? AND slice = ?')
  const groups = selectGroups.all().map((row) => new BlockGroup(row, selectSlice))
  const ungrouped = database.prepare('SELECT first_chunk FROM block ORDER BY first_chunk').all()
  return { groups, filters, ungrouped }
}

const tokens = (count: number) => Array.from({ length: count }, () => Math.floor(Math.random() * 2 ** 32) | 0)

describe('BlockGrouper', () => {
  it('groups 64 blocks as soon as they are there, and leaves the rest alone', () => {
    const { groups, ungrouped } = grouped(Array.from({ length: 130 }, () => [1]))
    expect(groups.map(({ firstChunk, lastChunk }) => [firstChunk, lastChunk])).toEqual([
      [1, 640],
      [641, 1_280],
    ])
    expect(ungrouped).toEqual([{ first_chunk: 1_281 }, { first_chunk: 1_291 }])
  })
})

describe('BlockGroup', () => {
  it('says of every block what its own filter says', () => {
    const held = Array.from({ length: 64 }, () => tokens(2_000))
    const { groups, filters } = grouped(held)
    const [group] = groups
    for (const token of [...held.flatMap((of) => of.slice(0, 5)), ...tokens(500)]) {
      const set = group?.mayHold(token)
      for (const [position, filter] of filters.entries())
        expect(set && isIn(set, position)).toBe(mayHold(filter, token))
    }
  })

  it('knows its blocks, and between which times all of them are', () => {
    const [group] = grouped(Array.from({ length: 64 }, () => [1])).groups
    expect(group).toMatchObject({ minStart: 937n, maxStart: 1_063n, maxDuration: 63n, blockCount: 64 })
    expect(group?.block(33)).toEqual({
      firstChunk: 331,
      lastChunk: 340,
      minStart: 967n,
      maxStart: 1_033n,
      maxDuration: 33n,
    })
  })
})
