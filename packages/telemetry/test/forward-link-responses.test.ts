import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { type AddressInfo, connect } from 'node:net'
import { SpanKind } from '@opentelemetry/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caller, recordSpans } from './boundary-recording.ts'

const { spanOf } = recordSpans({ inbound: [{ path: '/link/*', mode: 'link' }] })

type Handler = (response: ServerResponse, request: IncomingMessage) => void

/** Every way in which an application writes a head, and the `server-timing` metrics of its own that must stay. */
const WAYS: Record<string, { handler: Handler; own?: string; status?: string; others?: string[] }> = {
  'end alone': { handler: (res) => res.end('ok') },
  'write, then end': { handler: (res) => res.write('o') && res.end('k') },
  setHeader: {
    handler: (res) => res.setHeader('Server-Timing', 'db;dur=1').end(),
    own: 'db;dur=1',
  },
  'setHeader with a list': {
    handler: (res) => res.setHeader('server-timing', ['db;dur=1', 'cache;desc="a, b"']).end(),
    own: 'db;dur=1, cache;desc="a, b"',
  },
  'setHeader with nothing': { handler: (res) => res.setHeader('server-timing', '').end() },
  'appendHeader twice': {
    handler: (res) =>
      res.appendHeader('server-timing', 'db;dur=1').appendHeader('Server-Timing', 'cache').end(),
    own: 'db;dur=1, cache',
  },
  setHeaders: {
    handler: (res) => res.setHeaders(new Headers({ 'server-timing': 'db;dur=1' })).end(),
    own: 'db;dur=1',
  },
  'setHeader, replaced later': {
    handler: (res) => res.setHeader('server-timing', 'old').setHeader('server-timing', 'db;dur=1').end(),
    own: 'db;dur=1',
  },
  'setHeader, removed later': {
    handler: (res) => {
      res.setHeader('server-timing', 'old').removeHeader('server-timing')
      res.end()
    },
  },
  flushHeaders: {
    handler: (res) => {
      res.setHeader('server-timing', 'db;dur=1').flushHeaders()
      res.end()
    },
    own: 'db;dur=1',
  },
  writeHead: { handler: (res) => res.writeHead(202).end(), status: '202 Accepted' },
  'writeHead with a message': {
    handler: (res) => res.writeHead(202, 'Taken').end(),
    status: '202 Taken',
  },
  'writeHead with an object': {
    handler: (res) => res.writeHead(200, { 'Server-Timing': 'db;dur=1', 'X-Other': 'yes' }).end(),
    own: 'db;dur=1',
    others: ['X-Other: yes'],
  },
  'writeHead with a message and an object': {
    handler: (res) => res.writeHead(202, 'Taken', { 'server-timing': ['db;dur=1', 'cache'] }).end(),
    own: 'db;dur=1, cache',
    status: '202 Taken',
  },
  'writeHead with no message and an object': {
    handler: (res) => res.writeHead(200, undefined, { 'server-timing': 'db;dur=1' }).end(),
    own: 'db;dur=1',
  },
  'writeHead with an object after setHeader': {
    handler: (res) => res.setHeader('server-timing', 'db;dur=1').writeHead(200, { 'x-other': 'yes' }).end(),
    own: 'db;dur=1',
    others: ['x-other: yes'],
  },
  'writeHead with an object instead of setHeader': {
    handler: (res) =>
      res.setHeader('server-timing', 'old').writeHead(200, { 'Server-Timing': 'db;dur=1' }).end(),
    own: 'db;dur=1',
  },
  'writeHead with a flat list': {
    handler: (res) =>
      res
        .writeHead(200, [
          'Server-Timing',
          'db;dur=1',
          'x-other',
          '1',
          'x-other',
          '2',
          'server-timing',
          'cache',
        ])
        .end(),
    own: 'db;dur=1, cache',
    others: ['x-other: 1', 'x-other: 2'],
  },
  'writeHead with a message and a flat list': {
    handler: (res) => res.writeHead(200, 'Fine', ['server-timing', 'db;dur=1']).end(),
    own: 'db;dur=1',
    status: '200 Fine',
  },
  'writeHead with a flat list after setHeader': {
    handler: (res) =>
      res.setHeader('server-timing', ['db;dur=1', 'cache']).writeHead(200, ['x-other', '1']).end(),
    own: 'db;dur=1, cache',
    others: ['x-other: 1'],
  },
  'writeHead with a flat list instead of setHeader': {
    handler: (res) =>
      res.setHeader('server-timing', 'old').writeHead(200, ['Server-Timing', 'db;dur=1']).end(),
    own: 'db;dur=1',
  },
  'writeHead with pairs': {
    handler: (res) =>
      res
        .writeHead(200, [
          ['Server-Timing', 'db;dur=1'],
          ['x-other', '1'],
        ] as never)
        .end(),
    own: 'db;dur=1',
    others: ['x-other: 1'],
  },
  'writeHead with an empty list': { handler: (res) => res.writeHead(200, []).end() },
  'writeHead again after it failed': {
    handler: (res) => {
      res.setHeader('server-timing', 'db;dur=1')
      expect(() => res.writeHead(200, 'in\nvalid')).toThrow(TypeError)
      res.writeHead(200, 'Fine').end()
    },
    own: 'db;dur=1',
    status: '200 Fine',
  },
  'a traceresponse of another span, copied': {
    handler: (res) => {
      res.setHeader('TraceResponse', `00-${'e'.repeat(32)}-${'e'.repeat(16)}-01`)
      res.setHeader('server-timing', `trace;desc=00-${'e'.repeat(32)}-${'e'.repeat(16)}-01`)
      res.end()
    },
    own: `trace;desc=00-${'e'.repeat(32)}-${'e'.repeat(16)}-01`,
  },
  'a traceresponse of another span, copied into an object': {
    handler: (res) => res.writeHead(200, { TraceResponse: 'copied' }).end(),
  },
  'a traceresponse of another span, copied into a list': {
    handler: (res) => res.writeHead(200, ['TraceResponse', 'copied']).end(),
  },
  'no content': { handler: (res) => res.writeHead(204).end(), status: '204 No Content' },
  'not modified': { handler: (res) => res.writeHead(304).end(), status: '304 Not Modified' },
}

const paths = new Map(
  Object.entries(WAYS).map(([name, { handler }], index) => [`${index}`, { name, handler }]),
)
const express = createRequire(import.meta.url)('express') as typeof import('express')

let server: Server
let expressServer: Server

beforeAll(async () => {
  const handle = (req: IncomingMessage, res: ServerResponse) => {
    const key = req.url?.split('/').at(-1) ?? ''
    handlers.get(key)?.(res, req)
  }
  const app = express()
  app.get(
    '/link/json',
    (_req, res) => void res.set('Server-Timing', 'db;dur=1').status(201).json({ ok: true }),
  )
  app.get('/link/redirect', (_req, res) => res.redirect('/elsewhere'))
  server = createServer(handle).listen(0, '127.0.0.1')
  expressServer = app.listen(0, '127.0.0.1')
  await Promise.all([once(server, 'listening'), once(expressServer, 'listening')])
})

afterAll(async () => {
  for (const each of [server, expressServer]) {
    each.close()
    await once(each, 'close')
  }
})

const handlers = new Map<string, Handler>([...paths].map(([key, { handler }]) => [key, handler]))

/** The raw text of everything the server sends for one request. */
async function raw(
  to: Server,
  path: string,
  headers: Record<string, string> = caller(1).headers,
): Promise<string> {
  const socket = connect((to.address() as AddressInfo).port, '127.0.0.1')
  const lines = Object.entries({ host: 'test', connection: 'close', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  socket.write([`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'))
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}

/** All values of a header, joined as a list is. */
function values(text: string, wanted: string): string | undefined {
  const found = [...text.matchAll(/^([^:\r\n]+): ?(.*)\r$/gm)].filter(
    ([, name]) => name?.toLowerCase() === wanted,
  )
  return found.length === 0 ? undefined : found.map(([, , value]) => value).join(', ')
}

async function namedBy(path: string) {
  const { traceId, spanId } = (await spanOf(SpanKind.SERVER, path)).spanContext()
  return `00-${traceId}-${spanId}-01`
}

describe('the response of a linked root', () => {
  it.each([...paths].map(([key, { name }]) => [name, key]))('names the root: %s', async (name, key) => {
    const { own, status, others = [] } = WAYS[name] as (typeof WAYS)[string]
    const text = await raw(server, `/link/${key}`)
    const root = await namedBy(`/link/${key}`)
    expect(values(text, 'traceresponse')).toBe(root)
    expect(values(text, 'server-timing')).toBe(
      [`trace;desc=${root}`, ...(own === undefined ? [] : [own])].join(', '),
    )
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status ?? '200'}`))
    for (const other of others) expect(text).toContain(`\r\n${other}\r\n`)
  })

  it.each(['/link/json', '/link/redirect'])('names the root from Express (%s)', async (path) => {
    const text = await raw(expressServer, path)
    const root = await namedBy(path)
    expect(values(text, 'traceresponse')).toBe(root)
    expect(values(text, 'server-timing')).toBe(
      `trace;desc=${root}${path === '/link/json' ? ', db;dur=1' : ''}`,
    )
  })

  it('leaves informational responses alone', async () => {
    handlers.set('hints', (res) => {
      res.writeContinue()
      res.writeProcessing()
      res.writeEarlyHints({ link: '</style.css>; rel=preload', 'server-timing': 'early' }, () =>
        res.end('done'),
      )
    })
    const text = await raw(server, '/link/hints')
    const heads = text.split('\r\n\r\n')
    expect(heads.map((head) => head.split('\r\n')[0])).toEqual([
      'HTTP/1.1 100 Continue',
      'HTTP/1.1 102 Processing',
      'HTTP/1.1 103 Early Hints',
      'HTTP/1.1 200 OK',
      expect.any(String),
    ])
    const root = await namedBy('/link/hints')
    expect(heads.map((head) => values(`${head}\r\n`, 'server-timing'))).toEqual([
      undefined,
      undefined,
      'early',
      `trace;desc=${root}`,
      undefined,
    ])
  })

  it('keeps what getHeader tells the application its own', async () => {
    const told: unknown[] = []
    handlers.set('told', (res) => {
      told.push(res.getHeader('server-timing'), res.hasHeader('traceresponse'), res.getHeaderNames())
      res.end()
    })
    await raw(server, '/link/told')
    expect(told).toEqual([undefined, false, []])
  })

  it('refuses a second head, an impossible status and a list of odd length as Node does', async () => {
    const codes: unknown[] = []
    const codeOf = (write: () => void) => {
      try {
        write()
      } catch (error) {
        codes.push((error as NodeJS.ErrnoException).code, (error as Error).message)
      }
    }
    const refused: Handler = (res) => {
      codeOf(() => res.writeHead(99))
      codeOf(() => res.writeHead(200, ['alone']))
      res.writeHead(200, { 'server-timing': 'db' })
      codeOf(() => res.writeHead(200, { 'server-timing': 'again' }))
      res.end()
    }
    handlers.set('refused', refused)
    const text = await raw(server, '/link/refused')
    const ours = codes.splice(0)
    await raw(server, '/refused')
    expect(ours).toEqual(codes)
    expect(codes).toHaveLength(6)
    expect(values(text, 'server-timing')).toBe(`trace;desc=${await namedBy('/link/refused')}, db`)
  })
})

describe('any other response', () => {
  it.each([
    ['continues its caller', '/plain', caller(2).headers],
    ['is a root that nobody called from a trace', '/link/plain', {}],
    ['is a root as its traceparent was invalid', '/link/plain', { traceparent: 'garbage' }],
  ])('says nothing when its span %s', async (_, path, headers) => {
    handlers.set('plain', (res) => {
      expect(Object.hasOwn(res, 'writeHead')).toBe(false)
      res.setHeader('server-timing', 'db;dur=1').end()
    })
    const text = await raw(server, path, headers)
    expect(values(text, 'traceresponse')).toBeUndefined()
    expect(values(text, 'server-timing')).toBe('db;dur=1')
  })
})
