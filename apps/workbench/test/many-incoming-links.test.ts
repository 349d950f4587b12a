import { describe, expect, it } from 'vitest'
import type { LinkSet, Trace, TracePage } from '../src/api/contract.ts'
import { type ApiServer, startApi } from './api-server.ts'
import { otlpJson, type SpanInput } from './otlp-json.ts'

const holders = 10_000
const hub = 'f'.repeat(32)
const hubSpan = 'f'.repeat(16)
const toHub = { traceId: hub, spanId: hubSpan, relation: 'origin' }
const holder = (number: number): SpanInput => ({
  traceId: (number + 1).toString(16).padStart(32, '0'),
  spanId: (number + 1).toString(16).padStart(16, '0'),
  name: 'work',
  at: number,
  links: [toHub],
})

/** A span that 10,000 traces of one span each hold a link to. */
async function startWithHub(): Promise<ApiServer> {
  const api = await startApi()
  await api.receive(otlpJson('hub', [{ traceId: hub, spanId: hubSpan, name: 'fan out' }]))
  await api.receive(
    otlpJson(
      'worker',
      Array.from({ length: holders }, (_, index) => holder(index)),
    ),
  )
  return api
}

describe('a span that 10,000 traces link to', () => {
  it('lists the newest 20 links and tells the number of all', async () => {
    await using api = await startWithHub()
    const { spans } = await api.get<Trace>(`/api/traces/${hub}`)
    expect(spans[0]?.linkedFromCount).toBe(holders)
    const newest = Array.from({ length: 20 }, (_, index) => holder(holders - 1 - index))
    expect(spans[0]?.linkedFrom.map(({ source }) => source.traceId)).toEqual(
      newest.map(({ traceId }) => traceId),
    )
    const { traces } = await api.get<TracePage>(`/api/traces?traceId=${hub}`)
    expect(traces[0]).toMatchObject({ traceId: hub, linksIn: holders, linksOut: 0 })
  })

  it.each([1, 2, 50, 200])('has a link set of at most %i traces, and tells how many more', async (most) => {
    await using api = await startWithHub()
    const set = await api.get<LinkSet>(`/api/traces/${hub}/links?maxTraces=${most}`)
    expect(set.traces).toHaveLength(most)
    expect(set.traces[0]).toMatchObject({
      traceId: hub,
      hops: 0,
      linksIn: holders,
      linksBeyond: holders - (most - 1),
    })
    expect(set.moreTraces).toBe(holders - (most - 1))
    expect(set.links).toHaveLength(most - 1)
    expect(set.moreLinks).toBe(0)
  })

  it('is led to from one of those that link to it', async () => {
    await using api = await startWithHub()
    const { traceId } = holder(4_711)
    const set = await api.get<LinkSet>(`/api/traces/${traceId}/links?maxTraces=3`)
    expect(set.traces.map(({ hops }) => hops)).toEqual([0, 1, 2])
    expect(set.traces.slice(0, 2).map((trace) => trace.traceId)).toEqual([traceId, hub])
    expect(set.moreTraces).toBe(holders - 2)
  })
})

describe('a trace that holds 10,000 links to one span', () => {
  it('lists 2,000 of them and tells how many more', async () => {
    await using api = await startApi()
    const links = Array.from({ length: holders }, () => toHub)
    await api.receive(otlpJson('hub', [{ traceId: hub, spanId: hubSpan, name: 'fan out' }]))
    await api.receive(otlpJson('worker', [{ ...holder(0), links }]))
    const set = await api.get<LinkSet>(`/api/traces/${hub}/links`)
    expect(set.traces.map(({ linksBeyond }) => linksBeyond)).toEqual([0, 0])
    expect(set.links).toHaveLength(2_000)
    expect(set.moreLinks).toBe(holders - 2_000)
    expect(set.warnings.length).toBeLessThanOrEqual(200)
  })
})
