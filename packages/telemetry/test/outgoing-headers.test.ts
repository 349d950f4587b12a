import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import http, { createServer } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import { Agent, fetch as npmFetch, Pool, request } from 'undici'
import { Agent as Agent5, request as request5 } from 'undici-5'
import { afterAll, describe, expect, it } from 'vitest'
import { recordSpans } from './boundary-recording.ts'
import { here, runNode } from './run-node.ts'
import { serveTls } from './serve-tls.ts'

const { spanOf } = recordSpans({})

/** Answers with the head it was sent, as it was sent. */
const echo: RequestListener = (req, res) => {
  res.end(JSON.stringify(req.rawHeaders))
}

const server = createServer(echo).listen(0, '127.0.0.1')
await once(server, 'listening')
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const tls = await serveTls(echo)
const tlsOrigin = `https://127.0.0.1:${tls.port}`

afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
  await tls[Symbol.asyncDispose]()
})

type Pairs = readonly (readonly [name: string, value: string])[]

/** A caller's context, as a proxy would copy it, in any case, among headers that are nobody's business. */
const STALE: Pairs = [
  ['X-Before', '1'],
  ['TraceParent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  ['traceState', 'stale=1'],
  ['Baggage', 'stale=1'],
  ['X-After', '2'],
]

const asObject = (pairs: Pairs) => Object.fromEntries(pairs)
const asFlatList = (pairs: Pairs) => pairs.flat()
/** Two fields in two spellings, the later one stronger to whoever does not compare them without case. */
const asSpellings = (pairs: Pairs) =>
  Object.fromEntries(
    pairs.flatMap(([name, value]) => [
      [name.toLowerCase(), value],
      [name.toUpperCase(), value],
    ]),
  )

async function sent(outgoing: http.ClientRequest): Promise<string> {
  outgoing.end()
  const [response] = await once(outgoing, 'response')
  return await text(response)
}

/** Without a dispatcher of its own, it would take the one that another release has left for the whole process. */
const dispatcher5 = new Agent5()
afterAll(() => dispatcher5.close())

const insecure = { connect: { rejectUnauthorized: false } }

const clients: Record<string, (path: string, pairs: Pairs) => Promise<string>> = {
  'http.request with an object': (path, pairs) =>
    sent(http.request(origin + path, { headers: asObject(pairs) })),
  'http.request with one name in two spellings': (path, pairs) =>
    sent(http.request(origin + path, { headers: asSpellings(pairs) })),
  'http.request with a flat list': (path, pairs) =>
    sent(http.request(origin + path, { headers: asFlatList(pairs) })),
  'http.request with setHeader': (path, pairs) => {
    const outgoing = http.request(origin + path)
    for (const [name, value] of pairs) outgoing.setHeader(name, value)
    return sent(outgoing)
  },
  'http.request with setHeaders': (path, pairs) => {
    const outgoing = http.request(origin + path)
    outgoing.setHeaders(new Map(pairs))
    return sent(outgoing)
  },
  'http.request with appendHeader': (path, pairs) => {
    const outgoing = http.request(origin + path)
    for (const [name, value] of pairs) outgoing.appendHeader(name, value)
    return sent(outgoing)
  },
  'http.request with a head that goes out at once': (path, pairs) =>
    sent(http.request(origin + path, { headers: { ...asSpellings(pairs), Expect: '100-continue' } })),
  'http.request with a streamed body': async (path, pairs) => {
    const outgoing = http.request(origin + path, { method: 'POST' })
    for (const [name, value] of pairs) outgoing.setHeader(name, value)
    outgoing.write('a')
    return sent(outgoing)
  },
  'http.get with options': async (path, pairs) => {
    const { hostname: host, port } = new URL(origin)
    const [response] = await once(http.get({ host, port, path, headers: asObject(pairs) }), 'response')
    return await text(response)
  },
  'https.request': (path, pairs) =>
    sent(https.request(tlsOrigin + path, { headers: asObject(pairs), rejectUnauthorized: false })),
  'fetch with Headers': async (path, pairs) =>
    (await fetch(origin + path, { headers: new Headers(asObject(pairs)) })).text(),
  'fetch with a Request': async (path, pairs) =>
    (await fetch(new Request(origin + path, { headers: asObject(pairs) }))).text(),
  'fetch of the package undici': async (path, pairs) =>
    (await npmFetch(origin + path, { headers: asObject(pairs) })).text(),
  'undici.request with an object': async (path, pairs) =>
    (await request(origin + path, { headers: asObject(pairs) })).body.text(),
  'undici.request with a flat list': async (path, pairs) =>
    (await request(origin + path, { headers: asFlatList(pairs) })).body.text(),
  'undici.request with an iterable': async (path, pairs) =>
    (await request(origin + path, { headers: new Map(pairs) })).body.text(),
  'undici.request over TLS': async (path, pairs) => {
    const dispatcher = new Agent(insecure)
    const { body } = await request(tlsOrigin + path, { dispatcher, headers: asObject(pairs) })
    const answer = await body.text()
    await dispatcher.close()
    return answer
  },
  'a dispatcher of undici': async (path, pairs) => {
    const pool = new Pool(origin)
    const { body } = await pool.request({ path, method: 'GET', headers: asFlatList(pairs) })
    const answer = await body.text()
    await pool.close()
    return answer
  },
  'undici 5 with an object': async (path, pairs) =>
    (await request5(origin + path, { dispatcher: dispatcher5, headers: asObject(pairs) })).body.text(),
  'undici 5 with a flat list': async (path, pairs) =>
    (await request5(origin + path, { dispatcher: dispatcher5, headers: asFlatList(pairs) })).body.text(),
}

/** What a receiver was sent, every value by its name in lower case. */
function received(raw: string): Record<string, string[]> {
  const list: string[] = JSON.parse(raw)
  const headers: Record<string, string[]> = {}
  for (let index = 0; index + 1 < list.length; index += 2) {
    const name = list[index]?.toLowerCase() ?? ''
    headers[name] = [...(headers[name] ?? []), list[index + 1] ?? '']
  }
  return headers
}

describe.each(Object.entries(clients))('%s', (name, send) => {
  const path = (of: string) => `/${of}/${encodeURIComponent(name)}`

  it('sends its own context in place of one that the caller has set, each field once', async () => {
    const baggage = propagation.createBaggage({ tenant: { value: 'acme' } })
    const raw = await context.with(propagation.setBaggage(context.active(), baggage), () =>
      send(path('replaced'), STALE),
    )
    const client = await spanOf(SpanKind.CLIENT, path('replaced'))
    const { traceId, spanId } = client.spanContext()
    const headers = received(raw)
    expect(headers.traceparent).toEqual([expect.stringMatching(`^00-${traceId}-${spanId}-0[13]$`)])
    expect(headers.tracestate).toBeUndefined()
    expect(headers.baggage).toEqual(['tenant=acme'])
    expect(headers['x-before']?.[0]).toBe('1')
    expect(headers['x-after']?.[0]).toBe('2')
    expect(headers.host).toHaveLength(1)
  })

  it('leaves baggage that the caller has set where there is none to take its place', async () => {
    const headers = received(await send(path('kept'), STALE))
    expect(new Set(headers.baggage)).toEqual(new Set(['stale=1']))
    expect(headers.traceparent).toHaveLength(1)
    expect(headers.tracestate).toBeUndefined()
  })
})

describe('a request whose headers the caller removes again', () => {
  it('carries the context nevertheless', async () => {
    const outgoing = http.request(`${origin}/removed`)
    for (const name of propagation.fields()) outgoing.removeHeader(name)
    expect(received(await sent(outgoing)).traceparent).toHaveLength(1)
  })
})

describe('a proxy that copies the headers it was sent', () => {
  it('is in the trace that it passes on', async () => {
    const proxy = createServer((req, res) => {
      const outgoing = http.request(`${origin}/behind-proxy`, { headers: req.headers }, (response) => {
        response.pipe(res)
      })
      outgoing.end()
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const { port } = proxy.address() as AddressInfo
    const raw = await trace.getTracer('caller').startActiveSpan('caller', async (span) => {
      const response = await fetch(`http://127.0.0.1:${port}/proxy`)
      span.end()
      return await response.text()
    })
    const client = await spanOf(SpanKind.CLIENT, '/behind-proxy')
    const { traceId, spanId } = client.spanContext()
    expect(received(raw).traceparent).toEqual([expect.stringContaining(`${traceId}-${spanId}`)])
    expect((await spanOf(SpanKind.SERVER, '/proxy')).spanContext().traceId).toBe(traceId)
    proxy.closeAllConnections()
    proxy.close()
    await once(proxy, 'close')
  })
})

describe.each([
  ['22.19', 'node-22'],
  ['24', 'node-24'],
])('on Node %s', (_, name) => {
  it('a context that the caller has copied is replaced by its own, with every client that Node has', async () => {
    const node = here(`node-versions/node_modules/${name}/bin/node`)
    const app = runNode('copies-the-headers-of-a-caller.mjs', { node, env: { OTEL_TRACES_EXPORTER: 'none' } })
    const { stdout } = await app.ended
    const own = [expect.stringMatching(/^00-(?!4bf9)[0-9a-f]{32}-[0-9a-f]{16}-03$/)]
    expect(JSON.parse(stdout)).toEqual({ object: own, list: own, setHeader: own, fetch: own })
  })
})
