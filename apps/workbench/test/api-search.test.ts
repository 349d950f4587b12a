import { describe, expect, it } from 'vitest'
import type {
  ErrorStatistics,
  OperationStatistics,
  ServiceStatistics,
  SpanDetail,
  StreamPage,
  TimeSeries,
  TraceOperations,
  TracePage,
} from '../src/api/contract.ts'
import { type ApiServer, startApi } from './api-server.ts'
import { otlpJson } from './otlp-json.ts'

const gateway = '1'.repeat(32)
const dice = '2'.repeat(32)
const cron = '3'.repeat(32)
const id = (digit: string): string => digit.repeat(16)

/** Three traces: gateway and dice link to each other; cron has none, and older attribute names. */
async function startWithSpans(): Promise<ApiServer> {
  let now = Date.UTC(2026, 10, 22, 20, 1)
  const api = await startApi({ wallClock: () => (now += 1_000) })
  await api.receive(
    otlpJson('gateway', [
      {
        traceId: gateway,
        spanId: id('a'),
        name: 'GET /roll_with_link',
        kind: 2,
        millis: 12.4,
        attributes: { 'http.request.method': 'GET', 'url.path': '/roll', 'url.query': 'sides=6' },
      },
    ]),
  )
  await api.receive(
    otlpJson('gateway', [
      {
        traceId: gateway,
        spanId: id('b'),
        parentSpanId: id('a'),
        name: 'GET',
        kind: 3,
        at: 1,
        millis: 8.5,
        attributes: { 'http.response.status_code': 500, 'app.retry': true },
        links: [{ traceId: dice, spanId: id('c'), relation: 'callee' }],
      },
    ]),
  )
  await api.receive(
    otlpJson('dice', [
      {
        traceId: dice,
        spanId: id('c'),
        name: 'GET /roll_with_link',
        kind: 2,
        at: 2,
        millis: 3,
        error: 'the die fell off the table',
        links: [{ traceId: gateway, spanId: id('b'), relation: 'caller' }],
      },
      { traceId: dice, spanId: id('d'), parentSpanId: id('c'), name: 'throw', at: 3, millis: 1 },
    ]),
  )
  await api.receive(
    otlpJson('cron', [
      {
        traceId: cron,
        spanId: id('e'),
        name: 'tick',
        kind: 2,
        at: 120_000,
        millis: 2_000,
        attributes: {
          'http.method': 'GET',
          'http.status_code': 200,
          'http.target': '/tick?n=1',
          'http.host': 'cron.internal:8082',
          'http.flavor': '2.0',
        },
      },
    ]),
  )
  return api
}

const spansOf = async (api: ApiServer, query: string): Promise<string[]> =>
  (await api.get<StreamPage>(`/api/stream?${query}`)).rows.map((row) => row.span_id.slice(0, 1))

const tracesOf = async (api: ApiServer, query: string): Promise<string[]> =>
  (await api.get<TracePage>(`/api/traces?${query}`)).traces.map(({ traceId }) => traceId)

describe('GET /api/stream', () => {
  it.each([
    ['', 'edcba'],
    ['service=dice', 'dc'],
    ['operation=GET', 'b'],
    ['kind=server', 'eca'],
    ['status=error', 'c'],
    ['status=unset', 'edba'],
    ['minDuration=8.5ms', 'eba'],
    ['maxDuration=3ms', 'dc'],
    ['minDuration=3ms&maxDuration=8500us', 'cb'],
    ['from=2026-11-22T20:01:00Z', 'e'],
    ['to=2026-11-22T20:00:00.001Z', 'a'],
    ['from=1795377600001000000&to=1795377600003000000', 'cb'],
    [`traceId=${gateway}`, 'ba'],
    ['isRoot=true', 'eca'],
    ['hasLink=true', 'cb'],
    ['hasLink=false', 'eda'],
    ['attribute=app.retry%3Dtrue', 'b'],
    ['attribute=attributes.app.retry%3Dtrue', 'b'],
    ['attribute=attributes.custom.app.retry%3Dtrue', 'b'],
    ['attribute=attributes.custom[app.retry]%3Dtrue', 'b'],
    ["attribute=attributes.custom['app.retry']%3Dtrue", 'b'],
    ['attribute=service.name%3Dgateway', 'ba'],
    ['attribute=resource.service.name%3Dgateway&hasLink=true', 'b'],
    ['attribute=app.retry%3Dfalse', ''],
    ['linkAttribute=linked_traces.relation%3Dcaller', 'c'],
    [`linkedFrom=${gateway}`, 'c'],
    [`linkedFrom=${dice}/${id('c')}`, 'b'],
    [`linkedFrom=${dice}/${id('d')}`, ''],
    ['text=ROLL', 'ca'],
    ['text=DICE', 'dc'],
    ['text=FELL%20off', 'c'],
    ['text=Sides', 'a'],
    ['text=sides%3D7', ''],
    ['text=http.request.method', ''],
    ['service=', 'edcba'],
  ])('finds with %j the spans %s, the last received first', async (query, spans) => {
    await using api = await startWithSpans()
    expect((await spansOf(api, query)).toSorted().reverse().join('')).toBe(spans)
  })

  it.each([
    ['http.method=GET', 'ea'],
    ['http.request.method=GET', 'ea'],
    ['http.status_code=500', 'b'],
    ['http.response.status_code=200', 'e'],
    ['http.target=/roll?sides=6', 'a'],
    ['http.target=/roll', 'a'],
    ['http.target=/tick?n=1', 'e'],
    ['http.target=/roll?sides=7', ''],
    ['http.target=/tick', ''],
    ['url.path=/roll', 'a'],
    ['url.path=/tick', 'e'],
    ['url.path=/tic', ''],
    ['url.query=sides=6', 'a'],
    ['url.query=n=1', 'e'],
    ['url.query=/tick', ''],
    ['server.address=cron.internal', 'e'],
    ['server.port=8082', 'e'],
    ['server.port=808', ''],
    ['http.flavor=2.0', 'e'],
    ['network.protocol.version=2', 'e'],
  ])('finds attribute %s under its older and newer names', async (pair, spans) => {
    await using api = await startWithSpans()
    expect((await spansOf(api, `attribute=${encodeURIComponent(pair)}`)).join('')).toBe(spans)
  })

  it('goes on where a page ended, and ends', async () => {
    await using api = await startWithSpans()
    const pages: string[][] = []
    let cursor: string | null = ''
    do {
      const page: StreamPage = await api.get(`/api/stream?limit=2${cursor && `&cursor=${cursor}`}`)
      pages.push(page.rows.map((row) => row.span_id.slice(0, 1)))
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(pages.flat().toSorted().join('')).toBe('abcde')
    expect(pages.every((page) => page.length <= 2)).toBe(true)
    expect(pages[0]).toContain('e')
  })
})

describe('GET /api/traces', () => {
  it('tells traces with what they are made of', async () => {
    await using api = await startWithSpans()
    const { traces } = await api.get<TracePage>('/api/traces?service=dice')
    expect(traces).toEqual([
      {
        traceId: dice,
        root: {
          spanId: id('c'),
          isRoot: true,
          serviceName: 'dice',
          name: 'GET /roll_with_link',
          kind: 'server',
          startTimeUnixNano: '1795377600002000000',
          durationNano: '3000000',
          status: 'error',
        },
        startTimeUnixNano: '1795377600002000000',
        durationNano: '3000000',
        spanCount: 2,
        errorCount: 1,
        services: ['dice'],
        linksOut: 1,
        linksIn: 1,
      },
    ])
  })

  it.each([
    ['', [cron, dice, gateway]],
    ['hasLink=true', [dice, gateway]],
    [`linkedFrom=${gateway}`, [dice]],
    [`traceId=${gateway}&operation=tick`, []],
    ['attribute=http.method%3DGET', [cron, gateway]],
  ])('finds with %j the traces with such a span', async (query, traces) => {
    await using api = await startWithSpans()
    expect(await tracesOf(api, query)).toEqual(traces)
  })

  it('goes on where a page ended, and ends', async () => {
    await using api = await startWithSpans()
    const first = await api.get<TracePage>('/api/traces?limit=2')
    expect(first.traces).toHaveLength(2)
    const second = await api.get<TracePage>(`/api/traces?limit=2&cursor=${first.nextCursor}`)
    expect(second.traces.map(({ traceId }) => traceId)).toEqual([gateway])
    expect(second.nextCursor).toBeNull()
  })
})

describe('GET /api/traces/{traceId}/spans/{spanId}', () => {
  it('compares the span with others of its operation', async () => {
    await using api = await startWithSpans()
    const path = `/api/traces/${dice}/spans/${id('d')}`
    expect((await api.get<SpanDetail>(path)).comparison).toBeNull()
    await api.receive(otlpJson('dice', [{ traceId: cron, spanId: id('f'), name: 'throw', at: 1, millis: 3 }]))
    expect((await api.get<SpanDetail>(path)).comparison).toMatchObject({
      count: 2,
      avgNano: '2000000',
      stdevNano: '1000000',
    })
  })

  it('tells types, the row and what is derived', async () => {
    await using api = await startWithSpans()
    const detail = await api.get<SpanDetail>(`/api/traces/${cron}/spans/${id('e')}`)
    expect(detail.typedAttributes).toContainEqual({ key: 'http.status_code', type: 'int', value: '200' })
    expect(detail.row['attributes.http.status_code']).toBe(200)
    expect(detail.derivedFields).toContainEqual({
      field: 'attributes.http.response.status_code',
      value: 200,
      from: ['attributes.http.status_code'],
    })
    expect(detail.row).not.toHaveProperty(['attributes.http.response.status_code'])
  })
})

describe('GET /api/traces/{traceId}/operations', () => {
  it('tells how each operation of the trace was in the hour before it, and nothing of others', async () => {
    await using api = await startApi()
    const hour = 3_600_000
    const spanOf = (traceId: string, spanId: string, name: string, at: number, millis: number) => ({
      traceId,
      spanId: id(spanId),
      name,
      at,
      millis,
    })
    await api.receive(
      otlpJson('dice', [
        spanOf(dice, 'a', 'throw', 2 * hour, 8),
        spanOf(cron, 'b', 'throw', 2 * hour - 60_000, 2),
        spanOf(cron, 'c', 'shuffle', 2 * hour - 60_000, 5),
        spanOf(cron, 'd', 'throw', hour - 1, 900),
        spanOf(cron, 'e', 'throw', 2 * hour + 60_000, 900),
      ]),
    )
    await api.receive(otlpJson('table', [spanOf(dice, 'f', 'throw', 2 * hour, 3)]))
    const operations = await api.get<TraceOperations>(`/api/traces/${dice}/operations`)
    expect(
      operations.map(({ serviceName, operation, spanCount, durations }) => [
        serviceName,
        operation,
        spanCount,
        durations.avgNano,
      ]),
    ).toEqual([
      ['dice', 'throw', 2, '5000000'],
      ['table', 'throw', 1, '3000000'],
    ])
  })
})

describe('statistics', () => {
  const range = 'from=2026-11-22T20:00:00Z&to=2026-11-22T20:04:00Z'

  it('count services, the busiest first', async () => {
    await using api = await startWithSpans()
    const services = await api.get<ServiceStatistics[]>(`/api/services?${range}`)
    expect(
      services.map(({ serviceName, spanCount, errorCount }) => [serviceName, spanCount, errorCount]),
    ).toEqual(
      expect.arrayContaining([
        ['gateway', 2, 0],
        ['dice', 2, 1],
        ['cron', 1, 0],
      ]),
    )
    expect(services.at(-1)).toMatchObject({
      serviceName: 'cron',
      durations: { count: 1, avgNano: '2000000000' },
    })
  })

  it('tell operations, the one with the slowest average first', async () => {
    await using api = await startWithSpans()
    const operations = await api.get<OperationStatistics[]>(`/api/operations?${range}&limit=3`)
    expect(
      operations.map(({ serviceName, operation, kind }) => `${serviceName} ${operation} ${kind}`),
    ).toEqual(['cron tick server', 'gateway GET /roll_with_link server', 'gateway GET client'])
    const failed = await api.get<OperationStatistics[]>(`/api/operations?${range}&status=error`)
    expect(failed.map(({ serviceName, spanCount }) => [serviceName, spanCount])).toEqual([['dice', 1]])
  })

  it('count spans, errors and traces over time, also where there are none', async () => {
    await using api = await startWithSpans()
    const series = await api.get<TimeSeries>(`/api/timeseries?${range}&buckets=4`)
    expect(series).toMatchObject({ bucketNano: '60000000000', fromUnixNano: '1795377600000000000' })
    expect(
      series.buckets.map(({ spanCount, errorCount, traceCount }) => [spanCount, errorCount, traceCount]),
    ).toEqual([
      [4, 1, 2],
      [0, 0, 0],
      [1, 0, 1],
      [0, 0, 0],
    ])
    expect(series.buckets[1]?.avgNano).toBeNull()
  })

  it('keep to the number of buckets', async () => {
    await using api = await startWithSpans()
    const series = await api.get<TimeSeries>(`/api/timeseries?${range}&buckets=3`)
    expect(series.buckets.map(({ spanCount }) => spanCount)).toEqual([4, 1])
  })

  it('tell the commonest errors with an example', async () => {
    await using api = await startWithSpans()
    expect(await api.get<ErrorStatistics[]>(`/api/errors?${range}`)).toMatchObject([
      { message: 'the die fell off the table', count: 1, example: { traceId: dice, spanId: id('c') } },
    ])
  })

  it('are about the last hour when no time is given', async () => {
    await using api = await startWithSpans()
    expect(await api.get<ServiceStatistics[]>('/api/services')).toHaveLength(3)
    expect(await api.get<ServiceStatistics[]>('/api/services?to=2026-11-22T20:00:00Z')).toEqual([])
  })
})

describe('query parameters', () => {
  it.each([
    ['/api/stream?service=a&service=b', 'service: expected to be given once, received 2 values.'],
    [
      '/api/stream?kind=Server',
      'kind: expected unspecified, internal, server, client, producer, consumer, received "Server".',
    ],
    [
      '/api/stream?minDuration=5',
      'minDuration: expected a duration such as 250ms, 1.5s or 2m, received "5".',
    ],
    [
      '/api/stream?minDuration=2s&maxDuration=1s',
      'minDuration: expected no more than maxDuration, received more.',
    ],
    [
      '/api/stream?from=2026-11-22T20:00:00Z&to=2026-11-22T20:00:00Z',
      'from: expected a time before to, received a later one.',
    ],
    ['/api/stream?hasLink=yes', 'hasLink: expected true, false, received "yes".'],
    ['/api/stream?traceId=0', 'traceId: expected 32 hex digits, not all zero, received "0".'],
    ['/api/stream?linkedFrom=x', 'linkedFrom: expected a trace id, or traceId/spanId, received "x".'],
    ['/api/stream?linkAttribute==x', 'linkAttribute: expected key=value, received "=x".'],
    ['/api/stream?cursor=a', 'cursor: expected a nextCursor of an earlier answer, received "a".'],
    ['/api/stream?limit=1001', 'limit: expected a whole number from 1 to 1000, received "1001".'],
    ['/api/stream?limit=1.5', 'limit: expected a whole number from 1 to 1000, received "1.5".'],
    [
      `/api/stream?${'attribute=a%3Db&'.repeat(21)}`,
      'attribute: expected to be given at most 20 times, received 21 values.',
    ],
    [
      '/api/operations?from=2026-11-23T00:00:00Z',
      'from: expected a time before to, which is now, received a later one.',
    ],
    [`/api/traces/${gateway}?x=1`, '"x" is not a query parameter of this address. It takes: none.'],
    [
      `/api/traces/${gateway}/links?maxHops=21`,
      'maxHops: expected a whole number from 1 to 20, received "21".',
    ],
  ])('are refused in %s', async (path, detail) => {
    await using api = await startApi()
    const response = await fetch(api.url + path)
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ detail })
  })
})
