import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { buffer, text } from 'node:stream/consumers'

type Undici = typeof import('undici')

/** Where requests are sent, and what sends them. */
export interface Wires {
  /** Of a server that answers as the path asks. */
  readonly origin: string
  readonly ipv6: string
  readonly tls: string
  /** By HTTP/2. */
  readonly h2: string
  /** Where nobody listens. */
  readonly closed: string
  readonly proxy: string
  /** Where no context is sent to. */
  readonly foreign: string
  /** Imported after Node's own `fetch` has been used: it would take the dispatcher of whoever came first. */
  readonly npm: () => Promise<Readonly<Record<'undici' | 'undici5', Undici>>>
}

/** What is sent, and what is to come of it. */
export interface ClientExchange {
  readonly send: (wires: Wires) => Promise<unknown>
  /** CLIENT spans; 1 unless given. What no release of undici tells the same of is `any`: they get some time. */
  readonly spans?: number | 'any'
  /** In which context it is sent. Default: of a span that is sampled, with baggage. */
  readonly within?: 'no span' | 'suppressed tracing' | 'a trace that is not sampled'
}

interface Options {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly signal?: AbortSignal
  readonly redirect?: 'manual' | 'error'
}

/** Sends a request and reads what answers it. */
type Client = (wires: Wires, url: string, options?: Options) => Promise<unknown>

const insecure = { connect: { rejectUnauthorized: false } }

const clients: Record<string, Client> = {
  fetch: async (_wires, url, options) => {
    const response = await fetch(url, options)
    return [response.status, response.url, (await response.text()).length]
  },
  'fetch of undici 8': async ({ npm }, url, options) => {
    const { fetch, Agent } = (await npm()).undici
    const dispatcher = new Agent(insecure)
    try {
      const response = await fetch(url, { ...options, dispatcher } as Parameters<typeof fetch>[1])
      return [response.status, response.url, (await response.text()).length]
    } finally {
      await dispatcher.destroy()
    }
  },
  'request of undici 8': async ({ npm }, url, { redirect: _redirect, ...options } = {}) => {
    const { request, Agent } = (await npm()).undici
    const dispatcher = new Agent(insecure)
    try {
      const { statusCode, body } = await request(url, { ...options, dispatcher } as Parameters<
        typeof request
      >[1])
      return [statusCode, (await body.text()).length]
    } finally {
      await dispatcher.destroy()
    }
  },
  'request of undici 5': async ({ npm }, url, { redirect: _redirect, ...options } = {}) => {
    const { request, Agent } = (await npm()).undici5
    const dispatcher = new Agent(insecure)
    try {
      const { statusCode, body } = await request(url, { ...options, dispatcher } as Parameters<
        typeof request
      >[1])
      return [statusCode, (await body.text()).length]
    } finally {
      await dispatcher.destroy()
    }
  },
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'QUERY', 'PROPFIND', 'patch']

const TARGETS = [
  '/',
  '/a/b.c/d',
  '/a//b/',
  '//evil.test/path',
  '/a/./b/../c',
  '/.hidden/..',
  '/%2e%2E/x',
  '/caf\u00e9',
  '/a%20b%zz',
  '/a|b[c]^{d}`e\'f"',
  '/a\\b',
  '/a;v=1/b,c/@d:e~f',
  '/?',
  '/a?x=1&y=2',
  '/a?x=<"\'>#fragment',
  '/a?b?c=d|{e}`[f]\\g^h',
  '/a?sig=secret&Signature=secret',
  `/${'long/'.repeat(500)}?${'q=1&'.repeat(500)}`,
]

const STATUSES = [200, 204, 206, 301, 304, 400, 404, 499, 500, 503, 599]

const OWN_CONTEXT = {
  'X-Before': '1',
  TraceParent: '00-c0ffee00000000000000000000000001-beef000000000001-01',
  tracestate: 'theirs=1',
  Baggage: 'theirs=1',
  'x-after': '2',
}

const CHANNELS = { sent: 'undici:client:sendHeaders', answered: 'undici:request:headers' }

/** Calls back a little after the next request has got so far. */
function whenNext(progress: keyof typeof CHANNELS, callback: () => void): void {
  const listener = () => {
    unsubscribe(CHANNELS[progress], listener)
    setTimeout(callback, 5)
  }
  subscribe(CHANNELS[progress], listener)
}

function abortAt(progress: keyof typeof CHANNELS, reason?: unknown): AbortSignal {
  const abort = new AbortController()
  whenNext(progress, () => abort.abort(reason))
  return abort.signal
}

/** As `AbortSignal.timeout` aborts. */
function timeout(): DOMException {
  return new DOMException('The operation was aborted due to timeout', 'TimeoutError')
}

/** Exchanges that any client can have. */
function exchangesOf(client: Client): Record<string, ClientExchange> {
  const to = (path: string, options?: Options): ClientExchange => ({
    send: (wires) => client(wires, wires.origin + path, options),
  })
  const each = <Value>(what: string, values: readonly Value[], make: (value: Value) => ClientExchange) =>
    Object.fromEntries(values.map((value) => [`${what} ${String(value).slice(0, 40)}`, make(value)]))
  return {
    ...each('the method', METHODS, (method) => to('/method', { method })),
    ...each('the target', TARGETS, (target) => to(target)),
    ...each('the status', STATUSES, (status) => to(`/status/${status}`, { redirect: 'manual' })),
    'a status without a body to a HEAD': to('/status/304', { method: 'HEAD' }),
    'a redirect': { ...to('/redirect/2'), spans: 'any' },
    'a redirect that is not followed': { ...to('/redirect/2', { redirect: 'error' }), spans: 'any' },
    'a body that is sent': to('/echo', { method: 'POST', body: 'some body' }),
    'a large body': to('/large'),
    'a body in parts': to('/chunks'),
    trailers: to('/trailers'),
    'informational responses': to('/informational'),
    'a response that names a root': to('/names-a-root'),
    'a response that closes the connection': to('/closes'),
    'an agent of its own': to('/agent', { headers: { 'User-Agent': 'custom/1.0' } }),
    'an empty agent': to('/agent', { headers: { 'user-agent': '' } }),
    'a context of its own': to('/context', { headers: OWN_CONTEXT }),
    'no span around it': { ...to('/context'), within: 'no span' },
    'suppressed tracing': { ...to('/context'), within: 'suppressed tracing', spans: 0 },
    'a trace that is not sampled': { ...to('/context'), within: 'a trace that is not sampled', spans: 0 },
    'a host that context is not sent to': {
      send: (wires) => client(wires, `${wires.foreign}/names-a-root`, { headers: OWN_CONTEXT }),
    },
    'IPv6 by its number': { send: (wires) => client(wires, `${wires.ipv6}/six?x=1`) },
    'a host in upper case': {
      send: (wires) => client(wires, `${wires.origin.replace('127.0.0.1', 'LOCALHOST')}/upper`),
    },
    'a host that is not there': { send: (wires) => client(wires, 'http://nowhere.invalid/x?y=1') },
    'nobody who listens': { send: (wires) => client(wires, `${wires.closed}/closed`) },
    'a server that hangs up': to('/hangs-up'),
    'a server that hangs up in a body': to('/hangs-up-in-body'),
    'a server that talks nonsense': to('/nonsense'),
    'a body that is too short': to('/too-short'),
    'an abort before it is sent': {
      send: (wires) => client(wires, `${wires.origin}/waits`, { signal: AbortSignal.abort() }),
      spans: 'any',
    },
    'an abort before an answer': {
      send: (wires) => client(wires, `${wires.origin}/waits`, { signal: abortAt('sent') }),
    },
    'an abort in a body': {
      send: (wires) => client(wires, `${wires.origin}/half`, { signal: abortAt('answered') }),
    },
    'an abort for a reason': {
      send: (wires) =>
        client(wires, `${wires.origin}/waits`, { signal: abortAt('sent', new RangeError('too slow')) }),
    },
    'an abort for a text': {
      send: (wires) => client(wires, `${wires.origin}/waits`, { signal: abortAt('sent', 'enough') }),
      spans: 'any',
    },
    'a timeout before an answer': {
      // Long enough for a connection, on a machine that others use.
      send: (wires) => client(wires, `${wires.origin}/waits`, { signal: AbortSignal.timeout(500) }),
    },
    'a timeout in a body': {
      send: (wires) => client(wires, `${wires.origin}/half`, { signal: abortAt('answered', timeout()) }),
    },
  }
}

/** Exchanges that one way of calling undici 8 has. */
const special: Record<string, ClientExchange> = {
  stream: {
    send: async ({ npm, origin }) => {
      const { stream, Agent } = (await npm()).undici
      const { PassThrough } = await import('node:stream')
      const through = new PassThrough()
      const received = text(through)
      const dispatcher = new Agent()
      await stream(`${origin}/chunks`, { method: 'GET', dispatcher }, () => through)
      await dispatcher.close()
      return await received
    },
  },
  pipeline: {
    send: async ({ npm, origin }) => {
      const { pipeline, Agent } = (await npm()).undici
      const dispatcher = new Agent()
      const duplex = pipeline(`${origin}/echo`, { method: 'POST', dispatcher }, ({ body }) => body)
      duplex.end('through a pipeline')
      const received = await text(duplex)
      await dispatcher.close()
      return received
    },
  },
  'a pool of a URL': {
    send: async ({ npm, origin }) => {
      const { Pool } = (await npm()).undici
      const pool = new Pool(new URL(origin))
      const { body } = await pool.request({ path: '/pool?x=1', method: 'GET' })
      const received = await body.text()
      await pool.close()
      return received.length
    },
  },
  'a dispatch to an origin that is a URL': {
    send: async ({ npm, origin }) => {
      const { Agent } = (await npm()).undici
      const agent = new Agent()
      const { body } = await agent.request({ origin: new URL(origin), path: '/agent?x=1', method: 'GET' })
      const received = await body.text()
      await agent.close()
      return received.length
    },
  },
  'a query that is given apart': {
    send: async ({ npm, origin }) => {
      const { request, Agent } = (await npm()).undici
      const dispatcher = new Agent()
      const { body } = await request(`${origin}/query`, { query: { x: "it's", y: ['1', '2'] }, dispatcher })
      const received = await body.text()
      await dispatcher.close()
      return received.length
    },
  },
  ...Object.fromEntries(
    [
      ['two agents', ['user-agent', 'first/1', 'X-Other', '1', 'USER-AGENT', 'second/2']],
      ['an agent and an empty one', ['user-agent', 'first/1', 'user-agent', '']],
      ['a list of agents', { 'user-agent': ['first/1', 'second/2'] }],
      ['an empty list of agents', { 'user-agent': [] }],
    ].flatMap(([name, headers]) =>
      (['undici', 'undici5'] as const).map((release) => [
        `${name} (${release})`,
        {
          send: async ({ npm, origin }: Wires) => {
            const { request, Agent } = (await npm())[release]
            const dispatcher = new Agent()
            const options = { headers, dispatcher } as Parameters<typeof request>[1]
            const { body } = await request(`${origin}/agent`, options)
            const received = await body.text()
            await dispatcher.close()
            return received.length
          },
        },
      ]),
    ),
  ),
  ...Object.fromEntries(
    ['http://other.test:81/absolute?x=1', 'https://[::1]/', 'http://[broken/', '//other.test/x'].map(
      (path) => [
        `the path ${path}`,
        {
          spans: 'any',
          send: async ({ npm, origin }: Wires) => {
            const { Client } = (await npm()).undici
            const client = new Client(origin)
            const { body } = await client.request({ path, method: 'GET' })
            const received = await body.text()
            await client.close()
            return received.length
          },
        } satisfies ClientExchange,
      ],
    ),
  ),
  ...Object.fromEntries(
    (['undici', 'undici5'] as const).flatMap((release) => [
      [
        `CONNECT (${release})`,
        {
          spans: 0,
          send: async ({ npm, origin }: Wires) => {
            const { Client } = (await npm())[release]
            const client = new Client(origin)
            const { socket, statusCode } = await client.connect({ path: 'api.test:443' })
            socket.destroy()
            await client.destroy()
            return statusCode
          },
        } satisfies ClientExchange,
      ],
      [
        `an upgrade (${release})`,
        {
          spans: 'any',
          send: async ({ npm, origin }: Wires) => {
            const { Client } = (await npm())[release]
            const client = new Client(origin)
            const { socket } = await client.upgrade({ path: '/upgrade', protocol: 'text' })
            const received = await text(socket)
            await client.destroy()
            return received
          },
        } satisfies ClientExchange,
      ],
      [
        `a timeout of the head (${release})`,
        {
          send: async ({ npm, origin }: Wires) => {
            const { Client } = (await npm())[release]
            const client = new Client(origin)
            try {
              return await client.request({ path: '/waits', method: 'GET', headersTimeout: 50 })
            } finally {
              await client.destroy()
            }
          },
        } satisfies ClientExchange,
      ],
      [
        `a timeout of the body (${release})`,
        {
          send: async ({ npm, origin }: Wires) => {
            const { Client } = (await npm())[release]
            const client = new Client(origin)
            try {
              const { body } = await client.request({ path: '/half', method: 'GET', bodyTimeout: 50 })
              return await body.text()
            } finally {
              await client.destroy()
            }
          },
        } satisfies ClientExchange,
      ],
      [
        `a client that is destroyed (${release})`,
        {
          send: async ({ npm, origin }: Wires) => {
            const { Client } = (await npm())[release]
            const client = new Client(origin)
            whenNext('sent', () => void client.destroy())
            return await client.request({ path: '/waits', method: 'GET' })
          },
        } satisfies ClientExchange,
      ],
      [
        `requests behind one another (${release})`,
        {
          spans: 3,
          send: async ({ npm, origin }: Wires) => {
            const { Client } = (await npm())[release]
            const client = new Client(origin, { pipelining: 2 })
            const all = await Promise.all(
              ['/chunks', '/agent', '/large'].map(async (path) => {
                const { body } = await client.request({ path, method: 'GET' })
                return (await buffer(body)).length
              }),
            )
            await client.close()
            return all
          },
        } satisfies ClientExchange,
      ],
      [
        `a body that nobody reads and that is dropped (${release})`,
        {
          send: async ({ npm, origin }: Wires) => {
            const { Client } = (await npm())[release]
            const client = new Client(origin)
            const { body } = await client.request({ path: '/large', method: 'GET' })
            body.on('error', () => {}).destroy()
            await once(body, 'close')
            await client.destroy()
          },
        } satisfies ClientExchange,
      ],
      [
        `TLS (${release})`,
        {
          send: async ({ npm, tls }: Wires) => {
            const { Client } = (await npm())[release]
            const client = new Client(tls, insecure)
            const { body } = await client.request({ path: '/secure?x=1', method: 'GET' })
            const received = await body.text()
            await client.close()
            return received.length
          },
        } satisfies ClientExchange,
      ],
    ]),
  ),
  'a certificate that is not trusted': {
    send: async ({ npm, tls }) => {
      const { Client } = (await npm()).undici
      const client = new Client(tls)
      try {
        return await client.request({ path: '/', method: 'GET' })
      } finally {
        await client.destroy()
      }
    },
  },
  'HTTP/2': {
    send: async ({ npm, h2 }) => {
      const { Client } = (await npm()).undici
      const client = new Client(h2, { ...insecure, allowH2: true })
      const { body } = await client.request({ path: '/two?x=1', method: 'GET' })
      const received = await body.text()
      await client.close()
      return received.length
    },
  },
  'HTTP/2 that names a root': {
    send: async ({ npm, h2 }) => {
      const { Client } = (await npm()).undici
      const client = new Client(h2, { ...insecure, allowH2: true })
      const { body } = await client.request({ path: '/names-a-root', method: 'GET' })
      const received = await body.text()
      await client.close()
      return received.length
    },
  },
  'a proxy with a tunnel': {
    spans: 'any',
    send: async ({ npm, origin, proxy }) => {
      const { ProxyAgent, request } = (await npm()).undici
      const dispatcher = new ProxyAgent({ uri: proxy, proxyTunnel: true })
      const { body } = await request(`${origin}/through`, { dispatcher })
      const received = await body.text()
      await dispatcher.close()
      return received.length
    },
  },
  'a proxy without a tunnel': {
    spans: 'any',
    send: async ({ npm, origin, proxy }) => {
      const { ProxyAgent, request } = (await npm()).undici
      const dispatcher = new ProxyAgent({ uri: proxy, proxyTunnel: false })
      const { body, statusCode } = await request(`${origin}/through`, { dispatcher })
      await body.dump()
      await dispatcher.close()
      return statusCode
    },
  },
  'requests that are tried again': {
    spans: 3,
    send: async ({ npm, origin }) => {
      const { RetryAgent, Agent, request } = (await npm()).undici
      const dispatcher = new RetryAgent(new Agent(), { maxRetries: 2, minTimeout: 1, timeoutFactor: 1 })
      try {
        const { body, statusCode } = await request(`${origin}/status/503`, { dispatcher })
        await body.dump()
        return statusCode
      } finally {
        await dispatcher.close()
      }
    },
  },
  'redirects that an interceptor follows': {
    spans: 3,
    send: async ({ npm, origin }) => {
      const { Agent, interceptors, request } = (await npm()).undici
      const dispatcher = new Agent().compose(interceptors.redirect({ maxRedirections: 3 }))
      const { body, statusCode } = await request(`${origin}/redirect/2`, { dispatcher })
      await body.dump()
      await dispatcher.close()
      return statusCode
    },
  },
}

/** Everything that CLIENT spans of the two instrumentations are compared by. */
export const clientExchanges: Record<string, ClientExchange> = {
  ...Object.fromEntries(
    Object.entries(clients).flatMap(([name, client]) =>
      Object.entries(exchangesOf(client)).map(([what, exchange]) => [`${name}: ${what}`, exchange]),
    ),
  ),
  ...special,
}
