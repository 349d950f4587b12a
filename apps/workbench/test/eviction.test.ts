import { describe, expect, it } from 'vitest'
import type { Health, LinkSet, Trace } from '../src/api/contract.ts'
import { type SpanInput, sendSpans } from './otlp-json.ts'
import { startWorkbench } from './workbench-process.ts'

const traceIdOf = (number: number): string => number.toString(16).padStart(32, 'e')
const spanIdOf = (number: number): string => number.toString(16).padStart(16, 'f')
const root = (number: number, links: SpanInput['links'] = []): SpanInput => ({
  traceId: traceIdOf(number),
  spanId: spanIdOf(number),
  name: `work ${number}`,
  links,
})
const roots = (from: number, to: number): SpanInput[] =>
  Array.from({ length: to - from }, (_, index) => root(from + index))

describe('workbench that holds as many spans as it may', () => {
  it('lets the oldest traces go and says of them, where they are linked, that and when they went', async () => {
    await using workbench = await startWorkbench({ WORKBENCH_MAX_SPANS: '1000' })
    const get = async <T>(path: string): Promise<T> =>
      (await fetch(workbench.url + path)).json() as Promise<T>
    const before = BigInt(Date.now()) * 1_000_000n
    await sendSpans(workbench.url, 'first', [root(1)])
    await sendSpans(workbench.url, 'filler', roots(2, 900))
    await sendSpans(workbench.url, 'holder', [
      root(900, [{ traceId: traceIdOf(1), spanId: spanIdOf(1), relation: 'origin' }]),
    ])
    const held = await get<Trace>(`/api/traces/${traceIdOf(900)}`)
    expect(held.spans[0]?.links[0]?.target).toMatchObject({ state: 'resolved', name: 'work 1' })

    await sendSpans(workbench.url, 'filler', roots(901, 1_050))
    const after = BigInt(Date.now()) * 1_000_000n
    const { store } = await get<Health>('/api/health')
    expect(store.spanCount).toBeLessThanOrEqual(1_000)
    expect(store.spanCount + store.evictedSpanCount).toBe(1_049)
    const isMeanwhile = (nanos: string | null | undefined) => {
      const at = BigInt(nanos ?? 0)
      return at >= before && at <= after
    }
    expect(store.evictedAtUnixNano).toSatisfy(isMeanwhile)

    const gone = await fetch(`${workbench.url}/api/traces/${traceIdOf(1)}`)
    expect(gone.status).toBe(404)
    const { spans } = await get<Trace>(`/api/traces/${traceIdOf(900)}`)
    expect(spans[0]?.links[0]?.target).toEqual({
      state: 'evicted',
      evictedAtUnixNano: expect.toSatisfy(isMeanwhile),
    })
    const set = await get<LinkSet>(`/api/traces/${traceIdOf(900)}/links`)
    expect(set.links).toMatchObject([
      { targetRef: { traceId: traceIdOf(1) }, target: { state: 'evicted' }, relation: 'origin' },
    ])

    await sendSpans(workbench.url, 'first', [root(1)])
    const again = await get<Trace>(`/api/traces/${traceIdOf(900)}`)
    expect(again.spans[0]?.links[0]?.target).toMatchObject({ state: 'resolved', name: 'work 1' })
  })
})
