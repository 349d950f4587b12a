import { describe, expect, it } from 'vitest'
import type { LinkSet, Trace } from '../src/api/contract.ts'
import { startApi } from './api-server.ts'
import { otlpJson, type SpanInput } from './otlp-json.ts'

const trace = (number: number): string => number.toString(16).padStart(32, '0')
const span = (number: number): string => number.toString(16).padStart(16, '0')
const root = (number: number, links: SpanInput['links'] = [], at = number): SpanInput => ({
  traceId: trace(number),
  spanId: span(number),
  name: `work ${number}`,
  kind: 2,
  at,
  links,
})
const to = (number: number, relation?: string) => ({
  traceId: trace(number),
  spanId: span(number),
  ...(relation !== undefined && { relation }),
})

/** OTLP JSON of one span whose links are given as they are sent. */
const withLinks = (number: number, links: readonly object[], droppedLinksCount = 0) => {
  const request = otlpJson('service', [root(number)])
  const [sent] = request.resourceSpans[0]?.scopeSpans[0]?.spans ?? []
  return {
    resourceSpans: [{ scopeSpans: [{ spans: [{ ...sent, links, droppedLinksCount }] }] }],
  }
}
const sampled = 0x301
const unsampled = 0x300

describe('targets of links', () => {
  it('are told with the state they are in', async () => {
    await using api = await startApi()
    await api.receive(otlpJson('service', [root(2), root(3), { ...root(1), spanId: span(9), at: 5 }]))
    await api.receive(
      withLinks(1, [
        { ...to(2), flags: sampled },
        { traceId: trace(1), spanId: span(9), flags: sampled },
        { ...to(1), flags: sampled },
        { ...to(8), flags: sampled },
        { traceId: trace(2), spanId: span(8), flags: sampled },
        { ...to(3), flags: sampled },
        { ...to(7), flags: unsampled },
        { ...to(7), flags: 0 },
        { ...to(2), flags: unsampled },
        { traceId: 'abcd', spanId: span(2), flags: sampled },
        { traceId: '0'.repeat(32), spanId: '0'.repeat(16) },
      ]),
    )
    const response = await fetch(`${api.url}/api/traces/${trace(3)}`, { method: 'DELETE' })
    expect(await response.json()).toEqual({ deletedSpans: 1 })
    const { spans } = await api.get<Trace>(`/api/traces/${trace(1)}`)
    const { links = [] } = spans.find(({ spanId }) => spanId === span(1)) ?? {}
    expect(links.map(({ target }) => target.state)).toEqual([
      'resolved',
      'same_trace',
      'self',
      'not_arrived',
      'span_missing',
      'deleted',
      'not_sampled',
      'not_arrived',
      'resolved',
      'invalid',
      'invalid',
    ])
    expect(links[0]?.target).toMatchObject({ name: 'work 2', startTimeUnixNano: '1795377600002000000' })
    expect(links[6]?.target).toEqual({ state: 'not_sampled', serviceName: null })
    expect(links[5]?.target).toEqual({ state: 'deleted', deletedAtUnixNano: '1795379400000000000' })
  })

  it('are said to be not sampled by whom, where their holder names the other side', async () => {
    await using api = await startApi()
    const request = otlpJson('dice', [
      { ...root(1), attributes: { 'user_agent.original': 'gateway/1.4.0' }, links: [to(7, 'caller')] },
    ])
    for (const link of request.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.links ?? [])
      Object.assign(link, { flags: unsampled })
    await api.receive(request)
    const { spans } = await api.get<Trace>(`/api/traces/${trace(1)}`)
    expect(spans[0]?.links[0]?.target).toEqual({ state: 'not_sampled', serviceName: 'gateway' })
  })

  it('come later, and then are linked from both ends', async () => {
    await using api = await startApi()
    await api.receive(otlpJson('service', [root(1, [to(2, 'caller')])]))
    await api.receive(otlpJson('service', [root(2)]))
    const early = await api.get<Trace>(`/api/traces/${trace(1)}`)
    const late = await api.get<Trace>(`/api/traces/${trace(2)}`)
    expect(early.spans[0]?.links[0]?.target.state).toBe('resolved')
    expect(late.spans[0]).toMatchObject({
      linkedFromCount: 1,
      linkedFrom: [{ source: { traceId: trace(1), spanId: span(1) }, position: 0, relation: 'caller' }],
    })
  })

  it('tell of many incoming links 20 and their number', async () => {
    await using api = await startApi()
    await api.receive(
      otlpJson(
        'service',
        Array.from({ length: 30 }, (_, index) => root(100 + index, [to(1)])),
      ),
    )
    await api.receive(otlpJson('service', [root(1)]))
    const { spans } = await api.get<Trace>(`/api/traces/${trace(1)}`)
    expect(spans[0]?.linkedFromCount).toBe(30)
    expect(spans[0]?.linkedFrom).toHaveLength(20)
  })
})

describe('GET /api/traces/{traceId}/links', () => {
  it('leads both ways, nearest first, and through circles only once', async () => {
    await using api = await startApi()
    // 1 → 2 → 3 → 1, and 4 → 2.
    await api.receive(
      otlpJson('service', [root(1, [to(2)]), root(2, [to(3)]), root(3, [to(1)]), root(4, [to(2)]), root(5)]),
    )
    const set = await api.get<LinkSet>(`/api/traces/${trace(4)}/links`)
    expect(set.traces.map(({ traceId, hops }) => [traceId, hops])).toEqual([
      [trace(4), 0],
      [trace(2), 1],
      [trace(3), 2],
      [trace(1), 2],
    ])
    expect(set.links.map(({ source, targetRef }) => [source.traceId, targetRef.traceId]).toSorted()).toEqual([
      [trace(1), trace(2)],
      [trace(2), trace(3)],
      [trace(3), trace(1)],
      [trace(4), trace(2)],
    ])
    expect(set).toMatchObject({ traceId: trace(4), moreTraces: 0, moreLinks: 0, warnings: [] })
  })

  it('stops at its bounds, and tells how much is beyond', async () => {
    await using api = await startApi()
    await api.receive(
      otlpJson('service', [root(1, [to(2), to(3), to(4)]), root(2), root(3), root(4, [to(5)]), root(5)]),
    )
    const near = await api.get<LinkSet>(`/api/traces/${trace(1)}/links?maxTraces=2`)
    expect(near.traces.map(({ traceId, linksBeyond }) => [traceId, linksBeyond])).toEqual([
      [trace(1), 2],
      [trace(2), 0],
    ])
    expect(near.moreTraces).toBe(2)
    expect(near.links).toHaveLength(3)
    const one = await api.get<LinkSet>(`/api/traces/${trace(1)}/links?maxHops=1`)
    expect(one.traces.map(({ linksBeyond }) => linksBeyond)).toEqual([0, 0, 0, 1])
    expect(one.moreTraces).toBe(1)
  })

  it('says which end caused the other, and how long that waited', async () => {
    await using api = await startApi()
    await api.receive(
      otlpJson('service', [
        root(1, [to(2, 'callee'), to(9, 'callee')], 10),
        root(2, [to(1, 'caller')], 25),
        root(3, [to(1)], 5),
      ]),
    )
    const { links } = await api.get<LinkSet>(`/api/traces/${trace(1)}/links`)
    expect(
      links
        .map(({ source, position, cause, waitNano }) => [source.spanId, position, cause, waitNano])
        .toSorted(),
    ).toEqual([
      [span(1), 0, 'source', '15000000'],
      [span(1), 1, 'source', null],
      [span(2), 0, 'target', '15000000'],
      [span(3), 0, 'target', '-5000000'],
    ])
  })

  it('shows what links to a trace that has not come', async () => {
    await using api = await startApi()
    await api.receive(otlpJson('service', [root(1, [to(2)])]))
    const set = await api.get<LinkSet>(`/api/traces/${trace(2)}/links`)
    expect(set.traces.map(({ traceId, hops }) => [traceId, hops])).toEqual([[trace(1), 1]])
    expect(set.links[0]?.target).toEqual({ state: 'not_arrived' })
  })

  it('warns of links their author would mend', async () => {
    await using api = await startApi()
    const relation = (value: string) => ({
      attributes: [{ key: 'linked_traces.relation', value: { stringValue: value } }],
    })
    await api.receive(otlpJson('service', [root(2)]))
    await api.receive(
      withLinks(
        1,
        [
          { ...to(2), flags: sampled, ...relation('caller') },
          { ...to(2), flags: sampled },
          { ...to(1), flags: sampled },
          { ...to(3), flags: unsampled, ...relation('caller') },
          { traceId: '', spanId: '' },
        ],
        7,
      ),
    )
    const { warnings } = await api.get<LinkSet>(`/api/traces/${trace(1)}/links`)
    expect(warnings.map(({ code, position }) => [code, position])).toEqual([
      ['no_reverse_link', 0],
      ['duplicate_link', 1],
      ['self_link', 2],
      ['unsampled_target', 3],
      ['invalid_ids', 4],
      ['links_dropped', null],
    ])
    expect(warnings.at(-1)).toEqual({
      code: 'links_dropped',
      source: { traceId: trace(1), spanId: span(1) },
      position: null,
      message: 'The sender left out 7 links of this span, to keep within its limit.',
    })
  })

  it('does not miss a link back that is there', async () => {
    await using api = await startApi()
    await api.receive(otlpJson('service', [root(1, [to(2, 'callee')]), root(2, [to(1, 'caller')])]))
    expect((await api.get<LinkSet>(`/api/traces/${trace(1)}/links`)).warnings).toEqual([])
  })
})
