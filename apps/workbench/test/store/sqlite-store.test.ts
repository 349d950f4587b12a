import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { decodeTraces } from '@linked-traces/otlp-receiver'
import { encodeTraces } from '@linked-traces/otlp-receiver/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openForReading } from '../../src/store/sqlite/open-database.ts'
import { unpackSegment } from '../../src/store/sqlite/segment-codec.ts'
import { SqliteReader } from '../../src/store/sqlite/sqlite-reader.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import {
  makeGroup,
  makeSpan,
  spanIdOf,
  telemetryStoreContract,
  text,
  traceIdOf,
} from './telemetry-store-contract.ts'

const monotonicClock = () => performance.now()
const bounds = { spans: 100_000, bytes: 1e12, ageMillis: 1e12 }
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workbench-store-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const openStore = (options: { bytes?: number } = {}) =>
  new SqliteStore({
    location: folder,
    bounds: { ...bounds, ...options },
    wallClock: () => 1_795_377_600_000,
    monotonicClock,
  })

describe('SqliteStore in memory', () => {
  telemetryStoreContract(async ({ mostSpans, mostAgeMillis, wallClock }) => {
    const store = new SqliteStore({
      location: ':memory:',
      bounds: { spans: mostSpans, bytes: 1e12, ageMillis: mostAgeMillis },
      wallClock,
      monotonicClock,
    })
    return { store, reader: store, close: () => store.close() }
  })
})

describe('SqliteStore on disk', () => {
  telemetryStoreContract(async ({ mostSpans, mostAgeMillis, wallClock }) => {
    const store = new SqliteStore({
      location: folder,
      bounds: { spans: mostSpans, bytes: 1e12, ageMillis: mostAgeMillis },
      wallClock,
      monotonicClock,
    })
    const database = openForReading(folder)
    return {
      store,
      reader: new SqliteReader(database, monotonicClock),
      async close() {
        database.close()
        await store.close()
      },
    }
  })
})

describe('SqliteStore', () => {
  it('finds what was stored before it was closed, also what no filter was complete for', async () => {
    const first = openStore()
    const span = makeSpan({ traceId: traceIdOf(1), spanId: spanIdOf(1), attributes: [text('user', 'ada')] })
    await first.write([[makeGroup('a', [span])]])
    await first.close()
    const second = openStore()
    const spans = Array.from({ length: 1_100 }, (_, index) =>
      makeSpan({ traceId: traceIdOf(index + 2), spanId: spanIdOf(index + 2) }),
    )
    await second.write([[makeGroup('a', spans)]])
    const { spans: found } = await second.searchSpans(
      { attributes: [{ keys: ['user'], values: [{ type: 'string', value: 'ada' }] }] },
      undefined,
      { limit: 10, budgetMillis: 10_000 },
    )
    expect(found).toHaveLength(1)
    await second.close()
  })

  it('finds an attribute that many spans share in every block that has it', async () => {
    const store = openStore()
    const encodings = ['json', 'protobuf'] as const
    const blocks = 4
    for (let block = 0; block < blocks; block++) {
      const spans = Array.from({ length: 600 }, (_, index) => {
        const number = block * 600 + index + 1
        const attributes = [text('http.route', '/api/orders'), text('number', `${number}`)]
        return makeSpan({ traceId: traceIdOf(number), spanId: spanIdOf(number), attributes })
      })
      const { resource, scope } = makeGroup('a', spans)
      const sent = {
        resourceSpans: [{ resource, schemaUrl: '', scopeSpans: [{ scope, schemaUrl: '', spans }] }],
      }
      const encoding = encodings[block % 2] as 'json' | 'protobuf'
      const { request } = decodeTraces(encodeTraces(sent, encoding), encoding)
      const decoded = request.resourceSpans[0]?.scopeSpans[0]?.spans ?? []
      await store.write([[makeGroup('a', decoded)]])
    }
    const { spans: found } = await store.searchSpans(
      { attributes: [{ keys: ['http.route'], values: [{ type: 'string', value: '/api/orders' }] }] },
      undefined,
      { limit: 10_000, budgetMillis: 10_000 },
    )
    expect(found).toHaveLength(blocks * 600)
    expect(found.at(-1)?.span.attributes).toEqual([text('http.route', '/api/orders'), text('number', '1')])
    await store.close()
  })

  it('keeps the database within its bytes', async () => {
    const store = openStore({ bytes: 4_000_000 })
    for (let number = 1; number <= 300; number++) {
      const spans = Array.from({ length: 20 }, (_, index) =>
        makeSpan({
          traceId: traceIdOf(number),
          spanId: spanIdOf(number * 100 + index),
          attributes: [text('noise', Array.from({ length: 100 }, () => crypto.randomUUID()).join(''))],
        }),
      )
      await store.write([[makeGroup('a', spans)]])
    }
    const { byteCount, evictedTraceCount } = await store.status()
    expect(byteCount).toBeLessThanOrEqual(4_000_000)
    expect(evictedTraceCount).toBeGreaterThan(0)
    await store.close()
  })

  it('leaves nothing of a deleted trace in the file, though its neighbours stay', async () => {
    const store = openStore()
    const secret = crypto.randomUUID()
    await store.write([
      [
        makeGroup('a', [
          makeSpan({ traceId: traceIdOf(1), spanId: spanIdOf(1), attributes: [text('secret', secret)] }),
          makeSpan({ traceId: traceIdOf(2), spanId: spanIdOf(2), name: 'neighbour' }),
        ]),
      ],
    ])
    await store.delete([traceIdOf(1)])
    expect((await store.trace(traceIdOf(2), 10))?.spans[0]?.span.name).toBe('neighbour')
    await store.close()
    const database = new DatabaseSync(join(folder, 'telemetry.db'))
    const bodies = database
      .prepare('SELECT body FROM segment')
      .all()
      .map(({ body }) => Buffer.from(unpackSegment(body as Uint8Array)))
    database.close()
    expect(bodies).toHaveLength(1)
    expect(bodies[0]?.includes(secret)).toBe(false)
  })

  it('refuses a folder that another workbench uses, in a sentence', async () => {
    const store = openStore()
    expect(openStore).toThrow(
      expect.objectContaining({
        code: 'STORE_BUSY',
        message: `Another workbench uses ${folder}: end that one, or set WORKBENCH_DATA to another folder.`,
      }),
    )
    await store.close()
    await openStore().close()
  })

  it('refuses a file of a newer workbench and leaves it alone', async () => {
    await openStore().close()
    const database = new DatabaseSync(join(folder, 'telemetry.db'))
    database.exec('PRAGMA user_version = 1000')
    database.close()
    expect(openStore).toThrow(
      expect.objectContaining({
        code: 'STORE_NEWER',
        message: expect.stringContaining('newer workbench (format 1000'),
      }),
    )
    expect(openStore).toThrow(expect.objectContaining({ code: 'STORE_NEWER' }))
  })

  it('puts a file that is no database aside and begins anew', async () => {
    writeFileSync(join(folder, 'telemetry.db'), 'something else entirely, not a database'.repeat(50))
    const store = openStore()
    expect(store.setAside).toContain('telemetry-unreadable-')
    expect(readFileSync(store.setAside as string, 'utf8')).toContain('something else entirely')
    await store.write([[makeGroup('a', [makeSpan({ traceId: traceIdOf(1), spanId: spanIdOf(1) })])]])
    await store.close()
    expect(readdirSync(folder)).toContain('telemetry.db')
  })
})
