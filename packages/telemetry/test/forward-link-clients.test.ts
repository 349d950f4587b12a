import { once } from 'node:events'
import http, { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SpanKind, trace } from '@opentelemetry/api'
import { fetch as npmFetch, Pool, request, stream } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recordSpans } from './boundary-recording.ts'

const { spanOf } = recordSpans({ inbound: [{ path: '/link/*', mode: 'link' }] })

const foreign = { traceId: 'f'.repeat(32), spanId: 'e'.repeat(16) }

let server: Server
let origin: string

beforeAll(async () => {
  server = createServer((req, res) => {
    if (req.url?.startsWith('/foreign/')) {
      // As a service in another language may answer: only the metric of the level 3 draft, among others.
      res.setHeader('server-timing', ['db;dur=3', `trace;desc="00-${foreign.traceId}-${foreign.spanId}-00"`])
    }
    if (req.url?.startsWith('/broken/'))
      res.setHeader('traceresponse', 'broken').setHeader('server-timing', ';;=')
    res.end('ok')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

const clients: Record<string, (url: string) => Promise<string>> = {
  'undici.request': async (url) => (await request(url)).body.text(),
  'undici.fetch': async (url) => (await npmFetch(url)).text(),
  'undici.Pool': async (url) => {
    const pool = new Pool(origin)
    const { body } = await pool.request({ path: new URL(url).pathname, method: 'GET' })
    const answer = await body.text()
    await pool.close()
    return answer
  },
  'undici.stream': async (url) => {
    const { PassThrough } = await import('node:stream')
    const through = new PassThrough()
    const answer = text(through)
    await stream(url, { method: 'GET' }, () => through)
    return await answer
  },
  fetch: async (url) => (await fetch(url)).text(),
  'http.get': async (url) => {
    const [response] = await once(http.get(url), 'response')
    return await text(response)
  },
  'http.request': async (url) => {
    const sent = http.request(url)
    sent.end()
    const [response] = await once(sent, 'response')
    return await text(response)
  },
}

describe.each(Object.entries(clients))('the CLIENT span of %s', (name, send) => {
  const at = (folder: string) => `/${folder}/${name}`

  it('links to the root that its call started, and the root links back', async () => {
    const tracer = trace.getTracer('caller')
    const own = await tracer.startActiveSpan('caller', async (span) => {
      expect(await send(origin + at('link'))).toBe('ok')
      span.end()
      return span.spanContext()
    })
    const client = await spanOf(SpanKind.CLIENT, at('link'))
    const root = await spanOf(SpanKind.SERVER, at('link'))
    expect(client.parentSpanContext?.spanId).toBe(own.spanId)
    expect(client.links).toMatchObject([
      {
        context: {
          traceId: root.spanContext().traceId,
          spanId: root.spanContext().spanId,
          traceFlags: 1,
          isRemote: true,
        },
        attributes: { 'linked_traces.relation': 'callee' },
      },
    ])
    expect(root.links).toMatchObject([
      { context: { traceId: own.traceId, spanId: client.spanContext().spanId, isRemote: true } },
    ])
  })

  it('has no link to a callee in its own trace', async () => {
    await send(origin + at('continue'))
    const client = await spanOf(SpanKind.CLIENT, at('continue'))
    const server = await spanOf(SpanKind.SERVER, at('continue'))
    expect(server.spanContext().traceId).toBe(client.spanContext().traceId)
    expect([client.links, server.links]).toEqual([[], []])
  })

  it('links to the root of any service that answers as the W3C draft says', async () => {
    await send(origin + at('foreign'))
    const client = await spanOf(SpanKind.CLIENT, at('foreign'))
    expect(client.links).toMatchObject([{ context: { ...foreign, traceFlags: 0, isRemote: true } }])
  })

  it('takes no notice of an answer that names no span', async () => {
    expect(await send(origin + at('broken'))).toBe('ok')
    expect((await spanOf(SpanKind.CLIENT, at('broken'))).links).toEqual([])
  })
})
