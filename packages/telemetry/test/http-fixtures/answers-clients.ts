import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { createSecureServer } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import { connect } from 'node:net'

type Handler = (request: IncomingMessage, response: ServerResponse, argument: number) => void

const handlers: Record<string, Handler> = {
  status: (_request, response, status) => {
    if (status === 301) response.setHeader('location', '/elsewhere')
    response.writeHead(status).end()
  },
  redirect: (_request, response, left) => {
    if (left === 0) response.end('arrived')
    else response.writeHead(307, { location: `/redirect/${left - 1}` }).end()
  },
  echo: (request, response) => void request.pipe(response),
  large: (_request, response) => response.end('x'.repeat(2_000_000)),
  chunks: (_request, response) => {
    response.write('one ')
    setTimeout(() => response.write('two '), 5)
    setTimeout(() => response.end('three'), 10)
  },
  trailers: (_request, response) => {
    response.writeHead(200, { trailer: 'x-last' }).write('body')
    response.addTrailers({ 'x-last': '1' })
    response.end()
  },
  informational: (_request, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' })
    response.writeProcessing()
    response.end('after them')
  },
  'names-a-root': (_request, response) => {
    response.setHeader('traceresponse', `00-${'f'.repeat(32)}-${'e'.repeat(16)}-01`)
    response.end('named')
  },
  closes: (_request, response) => response.writeHead(200, { connection: 'close' }).end('closed'),
  'hangs-up': (request) => void request.socket.destroy(),
  'hangs-up-in-body': (_request, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('half')
    setTimeout(() => response.destroy(), 20)
  },
  nonsense: (request) => void request.socket.end('nonsense\r\n\r\n'),
  'too-short': (request) => void request.socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort'),
  waits: () => {},
  half: (_request, response) => response.writeHead(200, { 'content-length': 100 }).write('half'),
}

/** Servers that answer clients as the paths they are asked for say. */
export interface Answering {
  /** By the scheme and host that they are reached by. */
  readonly origins: Readonly<
    Record<'origin' | 'ipv6' | 'tls' | 'h2' | 'closed' | 'proxy' | 'foreign', string>
  >
  /** What clients have sent since it was emptied. */
  readonly received: { readonly method: string; readonly target: string; readonly headers: string[][] }[]
}

/** Starts them. They end with the process. */
export async function answerClients(): Promise<Answering> {
  const received: Answering['received'] = []
  const answer: RequestListener = (request, response) => {
    const { rawHeaders, method = '', url = '' } = request
    const headers = rawHeaders.flatMap((name, index) =>
      index % 2 === 0 ? [[name.toLowerCase(), rawHeaders[index + 1] ?? '']] : [],
    )
    received.push({ method, target: url.slice(0, 200), headers })
    const [, name = '', argument] = /^\/([\w-]+)(?:\/(\d+))?$/.exec(url) ?? []
    request.on('error', () => {})
    const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined
    if (handler === undefined) response.end('ok')
    else handler(request, response, Number(argument))
  }
  const plain = createServer(answer)
  plain.on('connect', (_request, socket: Socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
  plain.on('upgrade', (_request, socket: Socket) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: text\r\n\r\nhello')
  })
  const proxy = createServer(answer)
  proxy.on('connect', ({ url = '' }, socket: Socket) => {
    const [host, port] = url.split(':')
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    for (const each of [socket, onward]) each.on('error', () => onward.destroy())
  })
  const tls = {
    key: readFileSync(new URL('../fixtures/tls/loopback.key', import.meta.url)),
    cert: readFileSync(new URL('../fixtures/tls/loopback.crt', import.meta.url)),
  }
  const secure = createHttpsServer(tls, answer)
  const h2 = createSecureServer(tls, (request, response) =>
    answer(request as unknown as IncomingMessage, response as unknown as ServerResponse),
  )
  const closed = createServer()
  const port = async (server: Server, host = '127.0.0.1') => {
    await once(server.listen(0, host), 'listening')
    return (server.address() as AddressInfo).port
  }
  const plainPort = await port(plain, '::')
  const origins = {
    origin: `http://127.0.0.1:${plainPort}`,
    // No server of its own: one at ::1 may get a port that another has at 127.0.0.1, and who reads that port cannot tell which.
    ipv6: `http://[::1]:${plainPort}`,
    tls: `https://127.0.0.1:${await port(secure)}`,
    h2: `https://127.0.0.1:${await port(h2)}`,
    closed: `http://127.0.0.1:${await port(closed)}`,
    proxy: `http://127.0.0.1:${await port(proxy)}`,
    foreign: `http://127.0.0.1:${await port(createServer(answer))}`,
  }
  closed.close()
  return { origins, received }
}
