import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import { httpOrigin } from './http-origin.ts'
import { ListenError } from './listen-error.ts'
import { methodNotAllowed, Problem, sendProblem } from './problem.ts'

/** Where to listen, and the variables that say so. */
export interface ListenAddress {
  readonly host: string
  /** 0 leaves the choice to the system. */
  readonly port: number
  readonly hostVariable: string
  readonly portVariable: string
}

export interface HttpServiceOptions {
  /** Throws a `Problem` for requests that are not even told how the service is, such as a web page's. Default: all are. */
  readonly admit?: (request: IncomingMessage) => void
}

/** A request listener on a port of its own: it says how it is, and stops without breaking off what it has begun. */
export class HttpService {
  readonly #server: Server
  /** Open connections; each leaves when it closes. */
  readonly #connections = new Set<Socket>()
  /** Answers not yet sent to their end; each leaves when it is, or when its connection breaks. */
  readonly #inFlight = new Set<ServerResponse>()
  readonly #admit: ((request: IncomingMessage) => void) | undefined
  #stopping = false

  constructor(listener: RequestListener, { admit }: HttpServiceOptions = {}) {
    this.#admit = admit
    this.#server = createServer((request, response) => {
      this.#track(response)
      if (!this.#answerHealth(request, response)) listener(request, response)
    })
    this.#server.on('connection', (socket: Socket) => {
      this.#connections.add(socket)
      socket.once('close', () => this.#connections.delete(socket))
    })
  }

  /**
   * Starts to listen and tells the address that clients open.
   *
   * @throws {ListenError} when the system refuses.
   */
  async listen(address: ListenAddress): Promise<string> {
    this.#server.listen(address.port, address.host)
    try {
      await once(this.#server, 'listening')
    } catch (error) {
      throw new ListenError(address, error)
    }
    const bound = this.#server.address()
    if (bound === null || typeof bound === 'string')
      throw new TypeError('A TCP server has an address and a port.')
    return httpOrigin(bound.address, bound.port)
  }

  /**
   * Accepts no more, closes idle connections, and waits for the requests in flight. Those that take longer than the
   * deadline are broken off.
   *
   * @returns how many were broken off. Their handlers know by then.
   */
  async stop(deadlineMillis: number): Promise<number> {
    this.#stopping = true
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const response of this.#inFlight) announceClose(response)
    this.#closeIdleConnections()
    let unfinished = 0
    const deadline = setTimeout(() => {
      unfinished = this.#inFlight.size
      this.#server.closeAllConnections()
    }, deadlineMillis)
    await closed
    clearTimeout(deadline)
    // Connections that were broken off tell their requests only after the server has closed.
    await Promise.all(Array.from(this.#connections, closing))
    return unfinished
  }

  #track(response: ServerResponse): void {
    this.#inFlight.add(response)
    // Sent while we stop, over a connection that had a request in flight.
    if (this.#stopping) announceClose(response)
    response.once('close', () => {
      this.#inFlight.delete(response)
      if (this.#stopping) this.#closeIdleConnections()
    })
  }

  /**
   * The server's own `closeIdleConnections` keeps a connection on which a request has not come to its end, and would let
   * one that never does hold up the stop to its deadline.
   */
  #closeIdleConnections(): void {
    const busy = new Set(Array.from(this.#inFlight, ({ req }) => req.socket))
    for (const socket of this.#connections) if (!busy.has(socket)) socket.destroySoon()
  }

  /** `/healthz`: the process answers. `/readyz`: it also takes on new work, which it no longer does while it stops. */
  #answerHealth(request: IncomingMessage, response: ServerResponse): boolean {
    const path = request.url?.split('?', 1)[0]
    if (path !== '/healthz' && path !== '/readyz') return false
    try {
      this.#admit?.(request)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      sendProblem(response, error)
      return true
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      sendProblem(response, methodNotAllowed(request, ['GET', 'HEAD']))
    } else if (path === '/readyz' && this.#stopping) {
      sendProblem(
        response,
        new Problem({ status: 503, code: 'stopping', detail: 'This service is stopping.' }),
      )
    } else {
      response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-store' }).end('ok')
    }
    return true
  }
}

/** Unlike `once` of `node:events`, not rejected when an error is what closes the connection. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

function announceClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close')
}
