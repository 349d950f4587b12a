import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import http, { createServer } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { context, propagation, SpanKind } from '@opentelemetry/api'
import { Agent, interceptors, fetch as npmFetch, request } from 'undici'
import { Agent as Agent5, request as request5 } from 'undici-5'
import { afterAll, describe, expect, it } from 'vitest'
import { recordSpans } from './boundary-recording.ts'
import { serveTls } from './serve-tls.ts'

/** Answers with the context it was sent, by name, and names itself as somebody who was called. */
const echo: RequestListener = (req, res) => {
  const redirect = new URL(req.url ?? '/', 'http://any.test').searchParams.get('to')
  if (redirect !== null) {
    res.writeHead(307, { location: redirect }).end()
    return
  }
  const { traceparent, tracestate, baggage } = req.headers
  res.setHeader('traceresponse', `00-${'f'.repeat(32)}-${'e'.repeat(16)}-01`)
  res.end(JSON.stringify({ traceparent, tracestate, baggage }))
}

async function listen(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const own = await listen(echo)
const foreign = await listen(echo)
const ownTls = await serveTls(echo)
const foreignTls = await serveTls(echo)
const { spanOf } = recordSpans({ propagateTo: [new URL(own.origin).host, `127.0.0.1:${ownTls.port}`] })

afterAll(async () => {
  for (const { server } of [own, foreign]) {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  await ownTls[Symbol.asyncDispose]()
  await foreignTls[Symbol.asyncDispose]()
})

type Send = (url: string, headers?: Record<string, string>) => Promise<string>

/** Without a dispatcher of its own, it would take the one that another release has left for the whole process. */
const dispatcher5 = new Agent5()
afterAll(() => dispatcher5.close())

const sendHttp = async (outgoing: http.ClientRequest) => {
  outgoing.end()
  const [response] = await once(outgoing, 'response')
  return await text(response)
}

const clients: Record<string, Send> = {
  'http.request': (url, headers) => sendHttp(http.request(url, { headers })),
  'http.request of a URL': (url, headers) => sendHttp(http.request(new URL(url), { headers })),
  'http.request of options': (url, headers) => {
    const { hostname, port, pathname: path } = new URL(url)
    return sendHttp(http.request({ host: hostname, port, path, headers }))
  },
  fetch: async (url, headers) => (await fetch(url, { headers: { ...headers } })).text(),
  'fetch of the package undici': async (url, headers) =>
    (await npmFetch(url, { headers: { ...headers } })).text(),
  'undici.request': async (url, headers) => (await request(url, { headers: { ...headers } })).body.text(),
  'undici 5': async (url, headers) =>
    (await request5(url, { dispatcher: dispatcher5, headers: { ...headers } })).body.text(),
}

/** With baggage of our own, as any request in a trace may have it. */
async function seen(send: () => Promise<string>) {
  const baggage = propagation.createBaggage({ tenant: { value: 'acme' } })
  const raw = await context.with(propagation.setBaggage(context.active(), baggage), send)
  return JSON.parse(raw) as { traceparent?: string; tracestate?: string; baggage?: string }
}

const STALE = {
  TraceParent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  tracestate: 'theirs=1',
  baggage: 'theirs=1',
}

describe.each(Object.entries(clients))('%s where hosts to propagate to are named', (name, send) => {
  const path = (of: string) => `/${of}/${encodeURIComponent(name)}`

  it('sends context to them', async () => {
    const { traceparent, baggage } = await seen(() => send(own.origin + path('own')))
    const { traceId, spanId } = (await spanOf(SpanKind.CLIENT, path('own'))).spanContext()
    expect(traceparent).toContain(`${traceId}-${spanId}`)
    expect(baggage).toBe('tenant=acme')
  })

  it('sends nothing of it to others, and makes its span all the same', async () => {
    expect(await seen(() => send(foreign.origin + path('foreign')))).toEqual({})
    const client = await spanOf(SpanKind.CLIENT, path('foreign'))
    expect(client.attributes['http.response.status_code']).toBe(200)
  })

  it('leaves alone what the caller itself sends to others', async () => {
    expect(await seen(() => send(foreign.origin + path('theirs'), STALE))).toEqual({
      traceparent: STALE.TraceParent,
      tracestate: STALE.tracestate,
      baggage: STALE.baggage,
    })
  })

  it('links to nothing that others say was called', async () => {
    await send(own.origin + path('linked'))
    await send(foreign.origin + path('unlinked'))
    expect((await spanOf(SpanKind.CLIENT, path('linked'))).links).toHaveLength(1)
    expect((await spanOf(SpanKind.CLIENT, path('unlinked'))).links).toEqual([])
  })
})

const insecure = new Agent({ connect: { rejectUnauthorized: false } })
afterAll(() => insecure.close())

const tlsClients: Record<string, Send> = {
  'https.request': (url) => sendHttp(https.request(url, { rejectUnauthorized: false })),
  'undici.request over TLS': async (url) => (await request(url, { dispatcher: insecure })).body.text(),
}

describe.each(Object.entries(tlsClients))('%s', (_, send) => {
  it('goes by host and port as well', async () => {
    expect(await seen(() => send(`https://127.0.0.1:${foreignTls.port}/`))).toEqual({})
    expect(await seen(() => send(`https://127.0.0.1:${ownTls.port}/`))).toHaveProperty('traceparent')
  })
})

const following = new Agent().compose(interceptors.redirect({ maxRedirections: 3 }))
afterAll(() => following.close())

const followers: Record<string, Send> = {
  fetch: async (url, headers) => (await fetch(url, { headers: { ...headers } })).text(),
  'fetch of the package undici': async (url) => (await npmFetch(url)).text(),
  'undici with a redirect interceptor': async (url) =>
    (await request(url, { dispatcher: following })).body.text(),
}

describe.each(Object.entries(followers))('a redirect that %s follows', (name, send) => {
  const path = (of: string) => `/${of}/${encodeURIComponent(name)}`
  const redirect = (from: string, to: string) => `${from}${path('redirected')}?to=${encodeURIComponent(to)}`

  it('takes no context along to another host', async () => {
    expect(await seen(() => send(redirect(own.origin, foreign.origin + path('abroad'))))).toEqual({})
    expect((await spanOf(SpanKind.CLIENT, path('abroad'))).links).toEqual([])
  })

  it('has each hop carry its own span to hosts that are named', async () => {
    const { traceparent } = await seen(() => send(redirect(own.origin, own.origin + path('home'))))
    const { traceId, spanId } = (await spanOf(SpanKind.CLIENT, path('home'))).spanContext()
    expect(traceparent).toContain(`${traceId}-${spanId}`)
  })

  it('comes back with context from a host that got none', async () => {
    const { traceparent } = await seen(() => send(redirect(foreign.origin, own.origin + path('back'))))
    const { spanId } = (await spanOf(SpanKind.CLIENT, path('back'))).spanContext()
    expect(traceparent).toContain(spanId)
  })
})

describe('a request whose path names another host', () => {
  it('goes by the host that the path names, as a proxy would', async () => {
    const { port } = new URL(own.origin)
    const outgoing = http.request({ host: '127.0.0.1', port, path: `${foreign.origin}/through-proxy` })
    expect(await seen(() => sendHttp(outgoing))).toEqual({})
  })

  it('goes by its own host where the path only looks as if it named one', async () => {
    const { port } = new URL(own.origin)
    const outgoing = () => http.request({ host: '127.0.0.1', port, path: '//evil.test/x' })
    expect(await seen(() => sendHttp(outgoing()))).toHaveProperty('traceparent')
  })
})
