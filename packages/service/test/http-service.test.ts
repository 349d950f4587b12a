import { once } from 'node:events'
import { Agent, get, type IncomingMessage, type RequestListener } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { request } from 'undici'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { HttpService, type HttpServiceOptions, type ListenAddress } from '../src/http-service.ts'
import { Problem } from '../src/problem.ts'

const anyPort: ListenAddress = {
  host: '127.0.0.1',
  port: 0,
  hostVariable: 'DICE_HOST',
  portVariable: 'DICE_PORT',
}
/** Longer than a test may take, so that none passes by it. */
const DEADLINE = 60_000

const started: HttpService[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((service) => service.stop(0)))
})

async function listening(listener: RequestListener, address = anyPort, options: HttpServiceOptions = {}) {
  const service = new HttpService(listener, options)
  const url = await service.listen(address)
  started.push(service)
  return { service, url }
}

/** A listener whose answers wait until they are released, and that tells when a request has come. */
function held() {
  const arrived = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const listener: RequestListener = async (_request, response) => {
    arrived.resolve()
    await released.promise
    response.end('finished')
  }
  return { listener, arrived: arrived.promise, release: released.resolve }
}

function keepAliveAgent(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  return agent
}

async function fetchWith(agent: Agent, url: string): Promise<IncomingMessage> {
  const [response] = await once(get(url, { agent }), 'response')
  return response
}

async function connected(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

describe('HttpService', () => {
  it.each(['/healthz', '/readyz'])('tells those it does not admit nothing on %s', async (path) => {
    const admit = ({ headers }: IncomingMessage) => {
      if (headers.origin !== undefined)
        throw new Problem({ status: 403, code: 'not_admitted', detail: 'Not for pages.' })
    }
    const { url } = await listening((_request, response) => response.end(), anyPort, { admit })
    expect((await request(url + path)).statusCode).toBe(200)
    const refused = await request(url + path, { headers: { origin: 'http://evil.example' } })
    expect(refused.statusCode).toBe(403)
    expect(await refused.body.json()).toMatchObject({ code: 'not_admitted' })
  })

  it('tells the address that the system chose, and answers there', async () => {
    const { url } = await listening((_request, response) => response.end('hello'))
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/)
    expect(await (await request(url)).body.text()).toBe('hello')
  })

  it('says in one sentence that a port is taken, and which variable moves it', async () => {
    const { url } = await listening((_request, response) => response.end())
    const port = Number(new URL(url).port)
    await expect(new HttpService(() => {}).listen({ ...anyPort, port })).rejects.toMatchObject({
      name: 'ListenError',
      code: 'EADDRINUSE',
      message: `Port ${port} on 127.0.0.1 is taken: end what listens there, or set DICE_PORT to a free port.`,
    })
  })

  it('says in one sentence that an address is not of this machine', async () => {
    // TEST-NET-1 (RFC 5737): no machine has it.
    await expect(new HttpService(() => {}).listen({ ...anyPort, host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
      message:
        'This machine has no address 192.0.2.1 to listen on: set DICE_HOST to one it has, such as 127.0.0.1.',
    })
  })

  it.each(['/healthz', '/readyz', '/readyz?verbose'])('answers %s by itself', async (path) => {
    const { url } = await listening((_request, response) => response.writeHead(500).end())
    const { statusCode, headers, body } = await request(url + path)
    expect([statusCode, await body.text()]).toEqual([200, 'ok'])
    expect(headers).toMatchObject({ 'content-type': 'text/plain', 'cache-control': 'no-store' })
  })

  it('answers 405 to a health check by another method', async () => {
    const { url } = await listening((_request, response) => response.end())
    const { statusCode, headers, body } = await request(`${url}/healthz`, { method: 'POST' })
    expect(headers).toMatchObject({ allow: 'GET, HEAD', 'content-type': 'application/problem+json' })
    expect([statusCode, await body.json()]).toEqual([
      405,
      expect.objectContaining({ code: 'method_not_allowed' }),
    ])
  })

  it('finishes the request in flight when it stops, and tells its client that the connection ends', async () => {
    const { listener, arrived, release } = held()
    const { service, url } = await listening(listener)
    const response = fetchWith(keepAliveAgent(), url)
    await arrived
    const stopped = service.stop(DEADLINE)
    await expect(connected(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    release()
    expect((await response).headers.connection).toBe('close')
    expect(await text(await response)).toBe('finished')
    expect(await stopped).toBe(0)
  })

  // Ends before the server's keep-alive timeout of 5 s, which closes the connection too.
  it('closes the connection of an answer that was begun before it stopped', { timeout: 4000 }, async () => {
    const more = Promise.withResolvers<void>()
    const { service, url } = await listening(async (_request, response) => {
      response.write('begun, ')
      await more.promise
      response.end('finished')
    })
    const response = await fetchWith(keepAliveAgent(), url)
    const stopped = service.stop(DEADLINE)
    more.resolve()
    expect(await text(response)).toBe('begun, finished')
    expect(await stopped).toBe(0)
  })

  it('is no longer ready while it stops', async () => {
    const begun = Promise.withResolvers<void>()
    const { promise: lastArrived, resolve: lastArrives } = Promise.withResolvers<void>()
    const { service, url } = await listening(async (request, response) => {
      if (request.url === '/last') return lastArrives()
      response.write('begun')
      begun.resolve()
      await lastArrived
      response.end()
    })
    const socket = await connected(url)
    const answers = text(socket)
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    await begun.promise
    const stopped = service.stop(DEADLINE)
    // Pipelined: this connection stays open until the first request is answered to its end.
    socket.write('GET /readyz HTTP/1.1\r\nhost: x\r\n\r\nGET /last HTTP/1.1\r\nhost: x\r\n\r\n')
    expect(await answers).toMatch(/HTTP\/1.1 503 .*connection: close.*"code":"stopping"/is)
    expect(await stopped).toBe(0)
  })

  it('is not held up by connections without a request: used, never used, or in the middle of a head', async () => {
    const { service, url } = await listening((_request, response) => response.end('hello'))
    const slow = await connected(url)
    slow.write('GET / HTTP/1.1\r\nhost:')
    const neverUsed = await connected(url)
    const closed = [slow, neverUsed].map((socket) => {
      // What was sent but never read is answered with a reset.
      socket.on('error', () => {}).resume()
      return new Promise((resolve) => socket.once('close', resolve))
    })
    // Answered after the others were accepted and read.
    await text(await fetchWith(keepAliveAgent(), url))
    expect(await service.stop(DEADLINE)).toBe(0)
    await Promise.all(closed)
  })

  it('breaks off what takes longer than the deadline, and says how much that was', async () => {
    const { listener, arrived } = held()
    const { service, url } = await listening(listener)
    const broken = expect(fetchWith(keepAliveAgent(), url)).rejects.toMatchObject({ code: 'ECONNRESET' })
    await arrived
    expect(await service.stop(50)).toBe(1)
    await broken
  })
})
