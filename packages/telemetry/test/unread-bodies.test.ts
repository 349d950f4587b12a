import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { diag, SpanKind } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { Agent, request } from 'undici'
import { Agent as Agent5, request as request5 } from 'undici-5'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { recordSpans } from './boundary-recording.ts'
import { runToEnd } from './run-node.ts'

const { spans: all } = recordSpans({})
const ended = () => all.filter(({ kind }) => kind === SpanKind.CLIENT)

/** What the server is sending. */
let sending: ServerResponse | undefined
const server = createServer((_request, response) => {
  sending = response
  response.on('error', () => {}).end(Buffer.alloc(64 * 1024 * 1024))
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

// The connections of bodies that nobody reads stay for as long as the clients do.
const dispatcher = new Agent()
const dispatcher5 = new Agent5()
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await Promise.all([dispatcher.destroy(), dispatcher5.destroy()])
})

// For all tests: the timer that looks after open responses goes on between them. Before what is imported, which keeps the clock.
vi.hoisted(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] }))
afterAll(() => void vi.useRealTimers())
beforeEach(() => {
  all.length = 0
})
afterEach(() => void vi.restoreAllMocks())

const MINUTE = 60_000

/** Waits until nothing comes any more, as the client has stopped reading. */
async function untilNothingMoves(): Promise<void> {
  let before = -1
  for (let turns = 0; turns < 50; turns++) {
    const written = sending?.socket?.bytesWritten ?? 0
    if (written !== before) turns = 0
    before = written
    await turn()
  }
}

function seconds(span: ReadableSpan | undefined): number {
  const [whole, nanos] = span?.duration ?? [-1, 0]
  return whole + nanos / 1e9
}

/** A body that is cut off says so, to whoever is there. */
function unheard({ body }: { readonly body: Readable }): Readable {
  return body.on('error', () => {})
}

const clients: Record<string, () => Promise<unknown>> = {
  fetch: () => fetch(origin),
  'undici.request': async () => unheard(await request(origin, { dispatcher })),
  'undici 5': async () => unheard(await request5(origin, { dispatcher: dispatcher5 })),
}

describe.each(Object.entries(clients))('a body that nobody reads, of %s', (_name, send) => {
  it('has its span end when nothing came for 5 minutes, with the time at which something last was seen', async () => {
    const told = vi.spyOn(diag, 'error')
    // Whoever drops the response has it cancelled when memory is collected.
    const response = await send()
    await untilNothingMoves()
    vi.advanceTimersByTime(5.5 * MINUTE - 1)
    expect(ended()).toEqual([])
    vi.advanceTimersByTime(1)
    expect(ended()).toHaveLength(1)
    const [span] = ended()
    expect(span?.attributes['http.response.status_code']).toBe(200)
    expect(span?.status).toEqual({ code: 0 })
    // Bytes were there at the first look behind the head of the response.
    expect(seconds(span)).toBeGreaterThan(29)
    expect(seconds(span)).toBeLessThan(31)

    sending?.destroy()
    await untilNothingMoves()
    vi.advanceTimersByTime(10 * MINUTE)
    expect(ended()).toHaveLength(1)
    expect(told).not.toHaveBeenCalled()
    expect(response).toBeDefined()
  })
})

describe('a body that somebody reads', () => {
  async function take(body: Readable, bytes: number): Promise<void> {
    for (let taken = 0; taken < bytes; ) {
      const chunk: Buffer | null = body.read()
      if (chunk === null) await turn()
      else taken += chunk.length
    }
    await untilNothingMoves()
  }

  it('has its span stay open for as long as bytes come, however slowly', async () => {
    const body = unheard(await request(origin, { dispatcher }))
    for (let minutes = 0; minutes < 20; minutes += 4) {
      await take(body, 1_000_000)
      vi.advanceTimersByTime(4 * MINUTE)
      expect(ended()).toEqual([])
    }
    vi.advanceTimersByTime(2 * MINUTE)
    expect(ended()).toHaveLength(1)
    expect(seconds(ended()[0])).toBeCloseTo(16.5 * 60, 0)
    body.destroy()
  })

  it('has its span end with it', async () => {
    const { body } = await request(origin, { dispatcher })
    vi.advanceTimersByTime(2 * MINUTE)
    await body.arrayBuffer()
    expect(ended()).toHaveLength(1)
    expect(seconds(ended()[0])).toBeCloseTo(120, 0)
  })

  it('has the patience that its request has', async () => {
    const patient = unheard(await request(origin, { dispatcher, bodyTimeout: 20 * MINUTE }))
    await untilNothingMoves()
    vi.advanceTimersByTime(20 * MINUTE)
    expect(ended()).toEqual([])
    vi.advanceTimersByTime(0.5 * MINUTE)
    expect(ended()).toHaveLength(1)

    const endless = unheard(await request(origin, { dispatcher, bodyTimeout: 0 }))
    await untilNothingMoves()
    vi.advanceTimersByTime(1000 * MINUTE)
    expect(ended()).toHaveLength(1)
    for (const body of [patient, endless]) body.destroy()
  })
})

describe('a process that has sent a request', () => {
  it('ends when it has nothing else to do', async () => {
    const started = process.hrtime.bigint()
    const { code, stdout, stderr } = await runToEnd('fetches-then-has-nothing-to-do.ts', {
      env: { OTEL_TRACES_EXPORTER: 'none' },
    })
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '200\n', stderr: '' })
    // The timer that looks after open responses is set for 30 s.
    expect(process.hrtime.bigint() - started).toBeLessThan(20_000_000_000n)
  }, 40_000)
})
