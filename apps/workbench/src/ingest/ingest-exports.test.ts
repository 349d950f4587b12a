import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SqliteStore } from '../store/sqlite/sqlite-store.ts'
import { StoreError } from '../store/store-error.ts'
import { ingestExports, type WaitingExport } from './ingest-exports.ts'

let store: SqliteStore
beforeEach(() => {
  store = new SqliteStore({
    location: ':memory:',
    bounds: { spans: 1e6, bytes: 1e12, ageMillis: 1e12 },
    wallClock: Date.now,
    monotonicClock: () => performance.now(),
  })
})
afterEach(() => store.close())

const exported = (signal: WaitingExport['signal'], body: object | string): WaitingExport => ({
  signal,
  encoding: 'json',
  contentEncoding: 'gzip',
  body: gzipSync(typeof body === 'string' ? body : JSON.stringify(body)),
})
const traces = (...ids: [string, string][]): WaitingExport =>
  exported('traces', {
    resourceSpans: [
      { scopeSpans: [{ spans: ids.map(([traceId, spanId]) => ({ traceId, spanId, name: 's' })) }] },
    ],
  })
const trace = 'a'.repeat(32)

describe('ingestExports', () => {
  it('stores what is good of several exports and tells each sender the truth about its own', async () => {
    const { outcomes, written } = await ingestExports(store, [
      traces([trace, 'b'.repeat(16)], [trace, '0'.repeat(16)]),
      exported('traces', '{"resourceSpans": ['),
      { ...traces([trace, 'c'.repeat(16)]), contentEncoding: 'zstd' },
      traces([trace, 'd'.repeat(16)]),
    ])
    expect(outcomes).toMatchObject([
      { outcome: 'accepted', rejectedItems: 1, errorMessage: expect.stringContaining('spanId') },
      { outcome: 'undecodable' },
      { outcome: 'undecodable', errorMessage: expect.stringContaining('zstd') },
      { outcome: 'accepted', rejectedItems: 0 },
    ])
    expect(written).toMatchObject({ spanCount: 2 })
    const found = await store.trace(trace, 10)
    expect(found?.spans.map(({ span }) => span.spanId)).toEqual(['b'.repeat(16), 'd'.repeat(16)])
  })

  it('stores a span once that two exports bring', async () => {
    const { written } = await ingestExports(store, [
      traces([trace, 'b'.repeat(16)]),
      traces([trace, 'b'.repeat(16)]),
    ])
    expect(written).toMatchObject({ spanCount: 1, duplicateCount: 1 })
  })

  it('counts log records and metric points', async () => {
    const { outcomes, written } = await ingestExports(store, [
      exported('logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [{}, {}] }] }] }),
      exported('metrics', {
        resourceMetrics: [{ scopeMetrics: [{ metrics: [{ gauge: { dataPoints: [{}, {}, {}] } }] }] }],
      }),
    ])
    expect(outcomes).toMatchObject([{ outcome: 'accepted' }, { outcome: 'accepted' }])
    expect(written).toMatchObject({ spanCount: 0, traceCount: 0 })
    expect(await store.status()).toMatchObject({ logRecordCount: 2, metricPointCount: 3 })
  })

  it('asks to come again when the store cannot take anything, but not for what can never be taken', async () => {
    store.write = async () => {
      throw new StoreError('STORE_FULL', 'The disk takes no more.')
    }
    const { outcomes, failure } = await ingestExports(store, [
      traces([trace, 'b'.repeat(16)]),
      exported('traces', 'nonsense'),
    ])
    expect(outcomes).toMatchObject([
      { outcome: 'overloaded', retryAfterSeconds: 5, errorMessage: 'The disk takes no more.' },
      { outcome: 'undecodable' },
    ])
    expect(failure?.code).toBe('STORE_FULL')
  })
})
