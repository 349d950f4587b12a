import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { recordSpans } from '../boundary-recording.ts'
import { exchanges } from './exchanges.ts'

// Answers every exchange of `exchanges.ts` over real sockets, and prints what was told of it: its SERVER spans, in which
// span the handler's listeners ran, and the bytes of the answer.

const { spans } = recordSpans({
  serverSpans: process.argv[2] === 'fast' ? 'fast' : 'stock',
  inbound: [
    { path: '/link', mode: 'link' },
    { path: '/untrusted', mode: 'link', trusted: false },
    { path: '/ignore', mode: 'ignore' },
  ],
  untracedPaths: ['/untraced'],
})

/** Where listeners of the current exchange ran. */
let seen: string[] = []
const uncaught: string[] = []
process.on('uncaughtException', (error) => uncaught.push(String(error)))

/** Notes what runs in the span of which request. */
function note(what: string): void {
  const active = trace.getActiveSpan()
  const path = active !== undefined && 'attributes' in active && Object(active.attributes)['url.path']
  seen.push(`${what} in ${path || 'no span'}`)
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

const handlers: Record<string, Handler> = {
  '/events': (request, response) => {
    for (const event of ['data', 'end', 'close']) request.on(event, () => note(`request ${event}`))
    for (const event of ['finish', 'close', 'pipe']) response.once(event, () => note(`response ${event}`))
    const removed = () => note('a removed listener')
    request.prependListener('end', removed).off('end', removed)
    response.prependOnceListener('prefinish', () => note('response prefinish'))
    setImmediate(() => note('immediate'))
    request.on('end', () => {
      queueMicrotask(() => note('microtask'))
      response.write('some')
      setTimeout(() => {
        note('timeout')
        response.end('thing')
      }, 1)
    })
  },
  '/untraced': (request, response) => {
    request.resume().on('end', () => {
      trace.getTracer('app').startSpan('of an untraced request').end()
      response.end()
    })
  },
  '/iterated': async (request, response) => {
    let bytes = 0
    for await (const chunk of request) bytes += chunk.length
    note('after the body')
    response.end(`${bytes} bytes`)
  },
  '/unread': (_request, response) => response.end('never read'),
  '/throws': () => {
    throw new RangeError('out of range')
  },
  '/throws-a-string': () => {
    throw 'a string'
  },
  '/response-error': (_request, response) => {
    response.on('error', () => note('response error'))
    response.emit('error', Object.assign(new TypeError('broken'), { code: 'E_BROKEN' }))
    response.end('after the error')
  },
  '/response-error-unheard': (_request, response) => {
    response.emit('error', new TypeError('broken'))
  },
  '/write-after-end': (_request, response) => {
    response.on('error', () => note('response error'))
    response.end('ended')
    response.write('more')
  },
  '/destroys': (_request, response) => void response.destroy(new Error('given up')),
  '/destroys-the-socket': (request, response) => {
    response.write('half')
    request.socket.destroy()
  },
  '/waits': (request, response) => {
    request.on('error', () => note('request error'))
    for (const event of ['aborted', 'close']) request.on(event, () => note(`request ${event}`))
    response.on('close', () => note('response close'))
  },
  '/half': (_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half')
    response.on('close', () => note('response close'))
  },
  '/slow': (_request, response) => void setTimeout(() => response.end('slow'), 30),
  '/informational': (_request, response) => {
    response.writeProcessing()
    response.writeEarlyHints({ link: '</style.css>; rel=preload' })
    response.end('final')
  },
  '/trailers': (_request, response) => {
    response.setHeader('trailer', 'x-after')
    response.write('body')
    response.addTrailers({ 'x-after': 'yes' })
    response.end()
  },
  '/large': (_request, response) => response.end('x'.repeat(2_000_000)),
  '/times-out': (request) => void request.socket.setTimeout(20),
  '/passed-on': (request, response) => void inner.emit('request', request, response),
  '/renames': (_request, response) => {
    trace.getActiveSpan()?.updateName('renamed').setAttribute('app.key', 'value')
    response.end()
  },
  '/ends-it': (_request, response) => {
    trace.getActiveSpan()?.setStatus({ code: SpanStatusCode.OK })
    response.writeHead(500).end()
  },
  '/removes-listeners': (request, response) => {
    request.removeAllListeners()
    response.end('no listeners')
  },
}

const answer: RequestListener = (request, response) => {
  note('handler')
  const path = (request.url ?? '/').split('?')[0] ?? ''
  const status = /^\/status\/(\d+)$/.exec(path)?.[1]
  if (status !== undefined) response.writeHead(Number(status)).end()
  else if (Object.hasOwn(handlers, path)) void handlers[path]?.(request, response)
  else response.end('ok')
}

const inner = createServer((_request, response) => response.end('from the inner server'))

const tls = (name: string) => readFileSync(new URL(`../fixtures/tls/loopback.${name}`, import.meta.url))
const upgrading = createServer(answer)
upgrading.on('upgrade', (_request, socket: Socket) => {
  note('upgrade')
  socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: text\r\n\r\nhello')
})
upgrading.on('connect', (_request, socket: Socket) => {
  note('connect')
  socket.end('HTTP/1.1 200 OK\r\n\r\n')
})
const careful = createServer(answer)
careful.on('checkContinue', (request, response) => {
  note('checkContinue')
  response.writeContinue()
  careful.emit('request', request, response)
})
const limited = createServer(answer)
limited.maxRequestsPerSocket = 1
const clientErrors = createServer(answer)
clientErrors.on('clientError', (_error, socket) => {
  note('clientError')
  socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
})

const servers: Record<string, Server> = {
  plain: createServer(answer),
  ipv6: createServer(answer),
  https: createHttpsServer({ key: tls('key'), cert: tls('crt') }, answer),
  upgrading,
  careful,
  limited,
  clientErrors,
}

for (const [name, server] of Object.entries(servers)) {
  await once(server.listen(0, name === 'ipv6' ? '::1' : '127.0.0.1'), 'listening')
}
const portOf = (name: string) => (servers[name]?.address() as AddressInfo | undefined)?.port ?? 0

async function until(isSo: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 15_000
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`Not within 15 s: ${what}`)
    await new Promise((wake) => setTimeout(wake, 2))
  }
}

async function tellAll(): Promise<Record<string, unknown>> {
  const told: Record<string, unknown> = {}
  for (const [name, exchange] of Object.entries(exchanges)) {
    const { server = 'plain', send, expectSpans = 1, hangUp = 'when answered' } = exchange
    spans.length = 0
    seen = []
    uncaught.length = 0
    const port = portOf(server)
    const socket =
      server === 'https'
        ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
        : connect(port, server === 'ipv6' ? '::1' : '127.0.0.1')
    socket.on('error', () => {})
    let received = ''
    socket.setEncoding('latin1').on('data', (text) => {
      received += text
    })
    await once(socket, server === 'https' ? 'secureConnect' : 'connect')
    const clientPort = socket.localPort
    for (const part of send) {
      const { bytes, after } = typeof part === 'string' ? { bytes: part, after: undefined } : part
      if (after !== undefined)
        await until(
          () => (received + seen.join()).includes(after),
          `${name}: ${after} in ${received} ${seen}`,
        )
      socket.write(bytes.replaceAll('<port>', String(port)), 'latin1')
    }
    if (hangUp === 'when handled') {
      await until(() => seen.some((each) => each.startsWith('handler')), `${name}: handled`)
      socket.destroy()
    } else if (hangUp === 'when half is there') {
      await until(() => received.includes('half'), `${name}: half`)
      socket.resetAndDestroy()
    }
    // What Node refuses by itself it ends by itself.
    const isOver = () => spans.length >= expectSpans || socket.readableEnded
    await until(isOver, `${expectSpans} spans of ${name}, not ${spans.length}`)
    // The server answers what it has, and closes.
    socket.end()
    if (!socket.closed) await once(socket, 'close')
    // What comes too late, or too much, comes before the span of the next request.
    const last = connect(portOf('plain'), '127.0.0.1', () =>
      last.write('GET /last HTTP/1.1\r\nhost: last\r\nconnection: close\r\n\r\n'),
    )
    await once(last.resume(), 'close')
    await until(() => spans.some((span) => span.attributes['url.path'] === '/last'), `the span after ${name}`)
    const withoutPorts = (_key: string, value: unknown) => {
      if (value === clientPort) return 'the port of the client'
      if (value === port) return 'the port of the server'
      return typeof value === 'string' ? value.replaceAll(`${port}`, '<port>') : value
    }
    const all = {
      spans: spans.filter((span) => span.attributes['url.path'] !== '/last').map(tell),
      // The last is of the request behind it.
      seen: seen.slice(0, -1).toSorted(),
      uncaught,
      received: received
        .replace(/date: .*\r\n/gi, '')
        .slice(0, 2000)
        .replaceAll(/[0-9a-f]{32}-[0-9a-f]{16}/g, '<ids>'),
    }
    told[name] = JSON.parse(JSON.stringify(all, withoutPorts))
  }
  return told
}

tellAll().then(
  (told) => process.stdout.write(JSON.stringify(told), () => process.exit(0)),
  (error) => {
    console.error(error)
    process.exit(1)
  },
)

function tell(span: ReadableSpan) {
  return {
    scope: span.instrumentationScope.name,
    name: span.name,
    kind: SpanKind[span.kind],
    status: span.status,
    attributes: span.attributes,
    events: span.events.map(({ name, attributes }) => ({
      name,
      attributes: {
        ...attributes,
        'exception.stacktrace': String(attributes?.['exception.stacktrace']).split('\n')[0],
      },
    })),
    links: span.links.map(({ context, attributes }) => ({
      ...context,
      traceState: context.traceState?.serialize(),
      attributes,
    })),
    parent: span.parentSpanContext && {
      ...span.parentSpanContext,
      traceState: span.parentSpanContext.traceState?.serialize(),
    },
    isRoot: span.parentSpanContext === undefined,
    traceState: span.spanContext().traceState?.serialize(),
    traceFlags: span.spanContext().traceFlags,
    dropped: [span.droppedAttributesCount, span.droppedEventsCount, span.droppedLinksCount],
  }
}
