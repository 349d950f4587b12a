import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { inTurn, pace, saturate } from '../src/compare/load.ts'

async function serving<T>(listener: RequestListener, use: (port: number) => Promise<T>): Promise<T> {
  const server: Server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await use((server.address() as AddressInfo).port)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

describe('inTurn', () => {
  it.each([
    ['with a length', (response: { end(text: string): void }) => response.end('x'.repeat(100_000))],
    [
      'in chunks',
      (response: { write(text: string): void; end(text: string): void }) => {
        response.write('x')
        response.end('y')
      },
    ],
  ])('makes as many requests as it is told, one after another, of answers %s', async (_how, answer) => {
    let requests = 0
    let open = 0
    let most = 0
    await serving(
      (_request, response) => {
        requests++
        most = Math.max(most, ++open)
        response.on('finish', () => open--)
        answer(response)
      },
      (port) => inTurn(port, '/', 25),
    )
    expect({ requests, most }).toEqual({ requests: 25, most: 1 })
  })

  it('rejects when an answer is not a 200', async () => {
    const refuse: RequestListener = (_request, response) => {
      response.statusCode = 503
      response.end()
    }
    await expect(serving(refuse, (port) => inTurn(port, '/', 2))).rejects.toThrow('HTTP/1.1 503')
  })
})

describe('saturate', () => {
  it('counts the requests that were answered', async () => {
    let requests = 0
    const result = await serving(
      (_request, response) => {
        requests++
        response.end('ok')
      },
      (port) => saturate(port, '/', 4, 200),
    )
    expect(result.requests).toBe(requests)
    expect(result.requests).toBeGreaterThan(4)
    expect(result.seconds).toBeGreaterThanOrEqual(0.2)
  })

  it('ends with the most requests it may send', async () => {
    const result = await serving(
      (_request, response) => response.end('ok'),
      (port) => saturate(port, '/', 4, 5_000, 30),
    )
    expect(result.requests).toBe(30)
    expect(result.seconds).toBeLessThan(5)
  })

  it('never sleeps, so that no application pays for waking it', async () => {
    const before = performance.eventLoopUtilization()
    await serving(
      (_request, response) => void setTimeout(() => response.end('ok'), 50),
      (port) => saturate(port, '/', 2, 60_000, 10),
    )
    expect(performance.eventLoopUtilization(before).utilization).toBeGreaterThan(0.9)
  })
})

describe('pace', () => {
  it('counts the time that a request waits for its turn', async () => {
    // One answer at a time, each after 20 ms: the last of 60 waits for a connection most of the time.
    let last = Promise.resolve()
    const latencies = await serving(
      (_request, response) => {
        last = last.then(async () => {
          await new Promise((resolve) => setTimeout(resolve, 20))
          response.end('ok')
        })
      },
      (port) => pace(port, '/', 200, 300),
    )
    expect(latencies).toHaveLength(60)
    expect(Math.max(...latencies)).toBeGreaterThan(600)
  })

  it('does not count by how much it is late itself', async () => {
    let answered = 0
    const latencies = await serving(
      (_request, response) => {
        response.end('ok')
        // Long after the first answer, and until the other three are overdue.
        if (++answered === 1) setTimeout(hold, 100, 1600)
      },
      (port) => pace(port, '/', 2, 2000),
    )
    expect(latencies).toHaveLength(4)
    // From when they were due the first of them took 1.2 s.
    expect(Math.max(...latencies.slice(1))).toBeLessThan(600)
  })

  it('uses its connections in turn, so that none waits until the application closes it', async () => {
    const requests = new Map<unknown, number>()
    await serving(
      ({ socket }, response) => {
        requests.set(socket, (requests.get(socket) ?? 0) + 1)
        response.end('ok')
      },
      (port) => pace(port, '/', 400, 400),
    )
    expect(requests.size).toBe(16)
    expect(Math.min(...requests.values())).toBeGreaterThanOrEqual(5)
  })

  it('rejects when a connection was closed while it waited', async () => {
    const close: RequestListener = ({ socket }, response) => {
      response.end('ok')
      response.on('finish', () => socket.destroySoon())
    }
    await expect(serving(close, (port) => pace(port, '/', 400, 400))).rejects.toThrow('closed a connection')
  })
})

function hold(millis: number): void {
  const until = performance.now() + millis
  while (performance.now() < until);
}
