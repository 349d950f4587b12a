import { once } from 'node:events'
import { get as httpGet, type IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { LiveGap, LiveRows } from '../src/api/contract.ts'
import { liveDefaults } from '../src/api/live-readers.ts'
import { startApi } from './api-server.ts'
import { otlpJson, type SpanInput } from './otlp-json.ts'

const span = (number: number, more: Partial<SpanInput> = {}): SpanInput => ({
  traceId: number.toString(16).padStart(32, '0'),
  spanId: number.toString(16).padStart(16, '0'),
  name: `work ${number}`,
  ...more,
})
const spans = (from: number, count: number): SpanInput[] =>
  Array.from({ length: count }, (_, index) => span(from + index))

type Event = { readonly name: string; readonly id: string; readonly data: string }

/** A reader of server-sent events, as strict as the standard asks. */
async function openReader(url: string, lastEventId?: string) {
  const abort = new AbortController()
  const response = await fetch(url, {
    signal: AbortSignal.any([abort.signal, AbortSignal.timeout(20_000)]),
    headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
  })
  let id = ''
  const events = (async function* (): AsyncGenerator<Event> {
    let buffer = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      buffer += chunk
      for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
        const fields = new Map(
          buffer
            .slice(0, end)
            .split('\n')
            .filter((line) => !line.startsWith(':'))
            .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
        )
        buffer = buffer.slice(end + 2)
        id = fields.get('id') ?? id
        yield { name: fields.get('event') ?? '', id, data: fields.get('data') ?? '' }
      }
    }
  })()
  const next = async (): Promise<Event | undefined> => {
    const { done, value } = await events.next()
    return done ? undefined : value
  }
  return {
    response,
    /** The next event with data. */
    async next(): Promise<Event> {
      for (let event = await next(); event; event = await next()) if (event.data !== '') return event
      throw new Error('The stream has ended.')
    },
    /** Waits until it is told from where it would resume. */
    async ready(): Promise<string> {
      return (await next())?.id ?? ''
    },
    close: () => abort.abort(),
  }
}

const rowsOf = ({ name, data }: Event): string[] => {
  expect(name).toBe('rows')
  return (JSON.parse(data) as LiveRows).rows.map((row) => row.name)
}

describe('GET /api/live', () => {
  it('tells what arrives from now on, and which traces that touches', async () => {
    await using api = await startApi()
    await api.receive(otlpJson('service', [span(1)]))
    const reader = await openReader(`${api.url}/api/live`)
    expect(reader.response.headers.get('content-type')).toBe('text/event-stream')
    await reader.ready()
    await api.receive(
      otlpJson('service', [span(2, { links: [{ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) }] })]),
    )
    const event = await reader.next()
    expect(rowsOf(event)).toEqual(['work 2'])
    expect((JSON.parse(event.data) as LiveRows).touchedTraceIds).toEqual([span(2).traceId, 'c'.repeat(32)])
    reader.close()
  })

  it('tells only what is asked for', async () => {
    await using api = await startApi()
    const reader = await openReader(`${api.url}/api/live?service=dice`)
    await reader.ready()
    await api.receive(otlpJson('gateway', [span(1)]))
    await api.receive(otlpJson('dice', [span(2)]))
    expect(rowsOf(await reader.next())).toEqual(['work 2'])
    reader.close()
  })

  it('goes on after the last event that a reader has', async () => {
    await using api = await startApi()
    const before = await openReader(`${api.url}/api/live`)
    await before.ready()
    await api.receive(otlpJson('service', [span(1)]))
    const { id } = await before.next()
    before.close()
    await api.receive(otlpJson('service', [span(2)]))
    const after = await openReader(`${api.url}/api/live`, id)
    expect(rowsOf(await after.next())).toEqual(['work 2'])
    after.close()
  })

  it('tells the newest of very many, and how many were left out', async () => {
    await using api = await startApi()
    const reader = await openReader(`${api.url}/api/live`)
    const id = await reader.ready()
    reader.close()
    for (let part = 0; part < 25; part++) await api.receive(otlpJson('service', spans(1 + part * 100, 100)))
    const late = await openReader(`${api.url}/api/live`, id)
    const gap = await late.next()
    expect(gap.name).toBe('gap')
    expect(JSON.parse(gap.data) as LiveGap).toEqual({ missed: 1_500 })
    const rows = rowsOf(await late.next())
    expect(rows).toHaveLength(1_000)
    expect(rows.at(-1)).toBe('work 2500')
    late.close()
  })

  it.each(['zzzzzz.0', 'not a cursor'])(
    'owns up to a gap when it resumes after %j, which it does not know',
    async (id) => {
      await using api = await startApi()
      const reader = await openReader(`${api.url}/api/live`, id)
      const gap = await reader.next()
      expect([gap.name, JSON.parse(gap.data)]).toEqual(['gap', { missed: null }])
      reader.close()
    },
  )

  it('drops a reader that does not read, and serves another in its place', async () => {
    const live = { ...liveDefaults, mostReaders: 1, intervalMillis: 20, mostWaitingBytes: 64 * 1024 }
    await using api = await startApi({ live })
    const connecting = httpGet(`${api.url}/api/live`)
    const [stalled] = (await once(connecting, 'response')) as [IncomingMessage]
    stalled.on('error', () => {})
    // Nobody reads it: what the system does not buffer waits in the server.
    stalled.pause()
    const text = 'x'.repeat(500_000)
    let reader = await openReader(`${api.url}/api/live`)
    expect(reader.response.status).toBe(503)
    for (let part = 1; reader.response.status === 503; part++) {
      if (part > 200) throw new Error('A reader that has not read 100 MB is still connected.')
      await api.receive(otlpJson('service', [span(part, { attributes: { text } })]))
      reader = await openReader(`${api.url}/api/live`)
    }
    await reader.ready()
    await api.receive(otlpJson('service', [span(1_000)]))
    expect(rowsOf(await reader.next())).toContain('work 1000')
    reader.close()
    stalled.destroy()
  })

  it('says when it has as many readers as it serves', async () => {
    await using api = await startApi({ live: { ...liveDefaults, mostReaders: 1 } })
    const reader = await openReader(`${api.url}/api/live`)
    await reader.ready()
    const response = await fetch(`${api.url}/api/live`)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(await response.json()).toMatchObject({ code: 'too_many_live_readers' })
    reader.close()
  })
})
