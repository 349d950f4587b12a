import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { schemaVersion } from '../../src/store/sqlite/schema.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { makeGroup, makeSpan, spanIdOf, text, traceIdOf } from './telemetry-store-contract.ts'

/**
 * A file that the workbench of format 1 wrote: 220 traces of 10 spans, span `n` with the attribute `user` = `u-n`, the first span of each
 * trace but the first with a link to the first of the trace before, span 42 with `http.target` = `/old?n=42`. Two of its blocks are complete.
 */
const version1 = new URL('version-1.db.gz', import.meta.url)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workbench-older-'))
  writeFileSync(join(folder, 'telemetry.db'), gunzipSync(readFileSync(version1)))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const openStore = () =>
  new SqliteStore({
    location: folder,
    bounds: { spans: 100_000, bytes: 1e12, ageMillis: 1e12 },
    wallClock: () => 1_795_377_600_000,
    monotonicClock: () => 0,
  })
const tell = (sql: string) => {
  using database = new DatabaseSync(join(folder, 'telemetry.db'))
  return database.prepare(sql).get()
}
const placesOf = async (store: SqliteStore, value: string, key = 'user') => {
  const condition = { keys: [key], values: [{ type: 'string' as const, value }], partKey: key }
  const filter = { attributes: [condition] }
  const { spans, next } = await store.searchSpans(filter, undefined, { limit: 10, budgetMillis: 10_000 })
  expect(next).toBeUndefined()
  return spans.map(({ span }) => span.spanId)
}

describe('a file of format 1', () => {
  it('is what its name says', () => {
    expect(tell('PRAGMA user_version')).toEqual({ user_version: 1 })
    expect(tell('SELECT count(*) AS blocks, min(length(filter)) AS bytes FROM block')).toEqual({
      blocks: 2,
      bytes: 8_192,
    })
  })

  it('is brought up to date, with everything that is in it found as before', async () => {
    const store = openStore()
    expect(await store.status()).toMatchObject({ spanCount: 2_200, traceCount: 220, linkCount: 219 })
    for (const number of [0, 700, 1_500, 2_199])
      expect(await placesOf(store, `u-${number}`)).toEqual([spanIdOf(number)])
    expect(await placesOf(store, 'nobody')).toEqual([])
    expect(await placesOf(store, '/old', 'url.path')).toEqual([spanIdOf(42)])
    expect((await store.incomingLinks(traceIdOf(7), 10)).links).toHaveLength(1)
    expect((await store.trace(traceIdOf(7), 100))?.spanCount).toBe(10)
    await store.close()
    expect(tell('PRAGMA user_version')).toEqual({ user_version: schemaVersion })
  })

  it('takes new spans, and older ones are found behind them', async () => {
    const store = openStore()
    // Each span fills a good part of a block: enough for a group of 64 blocks.
    for (let number = 3_000; number < 3_800; number++) {
      const attributes = Array.from({ length: 300 }, (_, index) => text(`noise-${index}`, `${number}`))
      const span = makeSpan({
        traceId: traceIdOf(number),
        spanId: spanIdOf(number),
        attributes: [text('user', `u-${number}`), text('http.target', `/new?n=${number}`), ...attributes],
      })
      await store.write([[makeGroup('new', [span])]])
    }
    for (const number of [0, 1_023, 1_024, 2_199, 3_000, 3_400, 3_799])
      expect(await placesOf(store, `u-${number}`)).toEqual([spanIdOf(number)])
    expect(await placesOf(store, 'n=3333', 'url.query')).toEqual([spanIdOf(3_333)])
    expect(await placesOf(store, '/old', 'url.path')).toEqual([spanIdOf(42)])
    await store.close()
    expect(tell('SELECT count(*) AS groups FROM block_group')).toEqual({ groups: 1 })
    const again = openStore()
    for (const number of [5, 3_001, 3_799]) expect(await placesOf(again, `u-${number}`)).toHaveLength(1)
    await again.close()
  })

  it('leaves nothing of its blocks and groups behind when its traces go', async () => {
    const store = openStore()
    for (let number = 3_000; number < 3_800; number++) {
      const attributes = Array.from({ length: 300 }, (_, index) => text(`noise-${index}`, `${number}`))
      const span = makeSpan({ traceId: traceIdOf(number), spanId: spanIdOf(number), attributes })
      await store.write([[makeGroup('new', [span])]])
    }
    const all = [...Array(220).keys(), ...Array.from({ length: 800 }, (_, index) => 3_000 + index)]
    await store.delete(all.map(traceIdOf))
    await store.close()
    for (const table of ['chunk', 'segment', 'block', 'block_group', 'filter_slice', 'link'])
      expect(tell(`SELECT count(*) AS left FROM ${table}`)).toEqual({ left: 0 })
  })
})
