import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ingestExports } from '../../apps/workbench/src/ingest/ingest-exports.ts'
import { SqliteStore } from '../../apps/workbench/src/store/sqlite/sqlite-store.ts'
import { makeBody } from '../src/load.ts'
import { RowStore } from '../src/row-store.ts'

let folder: string
let store: SqliteStore
let rows: RowStore
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'row-store-'))
  const bounds = { spans: 1e9, bytes: 1e12, ageMillis: 1e12 }
  store = new SqliteStore({
    location: folder,
    bounds,
    wallClock: Date.now,
    monotonicClock: () => performance.now(),
  })
  rows = new RowStore(folder)
  for (let batch = 0; batch < 4; batch++) {
    const body = makeBody('protobuf', BigInt(Date.now()) * 1_000_000n)
    const exported = { signal: 'traces', encoding: 'protobuf', contentEncoding: 'gzip', body } as const
    // The last one twice: a span that is delivered again is stored once.
    for (let time = 0; time < (batch === 3 ? 2 : 1); time++)
      for (const sink of [store, rows]) {
        const { written } = await ingestExports(sink, [exported])
        expect(written).toMatchObject({ spanCount: time === 0 ? 512 : 0, duplicateCount: time * 512 })
      }
  }
})
afterEach(async () => {
  rows.close()
  await store.close()
  rmSync(folder, { recursive: true })
})

const idsOf = (traces: readonly unknown[]): unknown[] =>
  traces.map((trace) => (trace as { trace_id: string }).trace_id)

describe('RowStore', () => {
  it('finds what the workbench’s store finds, in the same order', async () => {
    const bounds = { limit: 20, budgetMillis: 10_000 }
    const all = await store.searchTraces({}, undefined, bounds)
    expect(idsOf(rows.traces('true', [], 20))).toEqual(all.traces.map(({ traceId }) => traceId))
    const path = '/api/users/:id'
    const attribute = { keys: ['http.route'], values: [{ type: 'string', value: path } as const] }
    const found = await store.searchTraces({ attributes: [attribute] }, undefined, bounds)
    expect(found.traces).toHaveLength(20)
    expect(idsOf(rows.traces(`json_extract(attributes, '$."http.route"') = ?`, [path], 20))).toEqual(
      found.traces.map(({ traceId }) => traceId),
    )
    const { spans } = await store.searchSpans({}, undefined, { limit: 1, budgetMillis: 10_000 })
    const service = spans[0]?.resource.attributes.find(({ key }) => key === 'service.name')?.value.value
    const streamed = await store.searchSpans({ service: String(service) }, undefined, bounds)
    expect(rows.stream(String(service), 20).map(({ span_id }) => span_id)).toEqual(
      streamed.spans.map(({ span }) => span.spanId),
    )
  })

  it('tells the spans of a trace, its links both ways and the traces behind them as the workbench’s store does', async () => {
    const { traces } = await store.searchTraces({}, undefined, { limit: 60, budgetMillis: 10_000 })
    for (const { traceId } of traces) {
      const here = await store.trace(traceId, 100)
      const { spans, links } = rows.trace(traceId)
      expect(spans.map((span) => (span as { span_id?: unknown }).span_id)).toEqual(
        here?.spans.map(({ span }) => span.spanId),
      )
      const incoming = await store.incomingLinks(traceId, 100)
      expect(links).toHaveLength(
        (here?.spans.reduce((sum, { span }) => sum + span.links.length, 0) ?? 0) +
          incoming.links.filter(({ source }) => source.traceId !== traceId).length,
      )
      const linkSet = await store.linkSet(traceId, { traces: 5_000, hops: 1, edges: 5_000 })
      expect(idsOf(rows.linkSet(traceId, 5_000, 1).traces).sort()).toEqual(
        linkSet.traces.map((linked) => linked.traceId).sort(),
      )
    }
  })

  it('counts errors as the workbench’s store does', async () => {
    const minute = Math.floor(Date.now() / 60_000)
    const { spanCount } = await store.status()
    const services = await store.services({ fromMinute: minute - 59, toMinute: minute + 2 })
    const counted = rows.dashboard(BigInt(minute - 59) * 60_000_000_000n).services as {
      service: string
      spans: number
      errors: number
    }[]
    expect(counted.reduce((sum, { spans }) => sum + spans, 0)).toBe(spanCount)
    expect(new Map(counted.map(({ service, errors }) => [service, errors]))).toEqual(
      new Map(services.map(({ serviceName, stats }) => [serviceName, stats.errorCount])),
    )
  })
})
