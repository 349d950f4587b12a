import { connect, type Socket } from 'node:net'

/** Requests a second, where they are made at a fixed rate. */
export const RATE = 300

/** Requests a second before that, which do not count: see `settle`. */
export const SETTLING_RATE = 1000

const CLOSED = 'The application closed a connection.'

/** A keep-alive connection that sends one fixed request after another and knows where each answer ends. Cheap: the client may not be what limits. */
class Connection {
  readonly #socket: Socket
  readonly #request: Buffer
  #left = -1
  #head = ''
  #done: (() => void) | undefined
  #fail: ((error: Error) => void) | undefined

  private constructor(socket: Socket, request: Buffer) {
    this.#socket = socket
    this.#request = request
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    const ended = (error?: Error) => this.#fail?.(error ?? new Error(CLOSED))
    socket.on('error', ended).on('close', () => ended())
  }

  static open(port: number, path: string): Promise<Connection> {
    const request = Buffer.from(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: bench\r\n\r\n`,
    )
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new Connection(socket, request)))
      socket.setNoDelay(true).once('error', reject)
    })
  }

  /** One request, to the end of its answer; rejects when the answer is not a 200, or there is none. */
  exchange(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) throw new Error(CLOSED)
      this.#done = resolve
      this.#fail = reject
      this.#socket.write(this.#request)
    })
  }

  close(): void {
    this.#fail = undefined
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    if (this.#left < 0) {
      this.#head += chunk.toString('latin1')
      const end = this.#head.indexOf('\r\n\r\n')
      if (end < 0) return
      if (!this.#head.startsWith('HTTP/1.1 200 ')) {
        this.#fail?.(new Error(`The application answered ${this.#head.slice(0, 40)}`))
        return
      }
      const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(this.#head)?.[1]
      const chunked = length === undefined && /\r\ntransfer-encoding: *chunked/i.test(this.#head)
      const body = this.#head.length - end - 4
      // The applications answer at once: a chunked body ends with what has its last chunk.
      if (chunked) {
        if (!this.#head.endsWith('\r\n0\r\n\r\n')) return
        this.#left = 0
      } else this.#left = Number(length ?? 0) - body
    } else this.#left -= chunk.length
    if (this.#left > 0) return
    this.#left = -1
    this.#head = ''
    this.#done?.()
  }
}

async function withConnections<T>(
  port: number,
  path: string,
  count: number,
  use: (connections: readonly Connection[]) => Promise<T>,
): Promise<T> {
  const connections = await Promise.all(Array.from({ length: count }, () => Connection.open(port, path)))
  try {
    return await use(connections)
  } finally {
    for (const connection of connections) connection.close()
  }
}

/**
 * As many requests as the application takes for so long, or `most`; tells how many were answered and in how long. This
 * process, and the sink in it, never sleep meanwhile: whoever writes to a process that does pays for waking it, and the
 * slower an application is the more often.
 */
export function saturate(
  port: number,
  path: string,
  connections: number,
  millis: number,
  most: number = Number.POSITIVE_INFINITY,
): Promise<{ requests: number; seconds: number }> {
  return withConnections(port, path, connections, async (all) => {
    const from = performance.now()
    const until = from + millis
    let sent = 0
    let requests = 0
    const sleepAgain = stayAwake()
    try {
      await Promise.all(
        all.map(async (connection) => {
          while (performance.now() < until && sent < most) {
            sent++
            await connection.exchange()
            requests++
          }
        }),
      )
    } finally {
      sleepAgain()
    }
    return { requests, seconds: (performance.now() - from) / 1000 }
  })
}

function stayAwake(): () => void {
  let isAwake = true
  const turn = () => {
    if (isAwake) setImmediate(turn)
  }
  turn()
  return () => {
    isAwake = false
  }
}

/** A number of requests, one after another. */
export function inTurn(port: number, path: string, requests: number): Promise<void> {
  return withConnections(port, path, 1, async ([connection]) => {
    for (let left = requests; left > 0; left--) await connection?.exchange()
  })
}

/**
 * Requests at a fixed rate, whether the ones before are answered or not; tells each one's latency in milliseconds. It counts from
 * when the request was sent: timers have whole milliseconds, and by how much they are late is this process's doing. Where all
 * connections wait for an answer it counts from when the request was due, as who waits for the application waits for a connection, too.
 */
export function pace(port: number, path: string, rate: number, millis: number): Promise<readonly number[]> {
  const total = Math.floor((rate * millis) / 1000)
  return withConnections(port, path, 16, (all) => {
    return new Promise((resolve, reject) => {
      const free = [...all]
      const latencies: number[] = []
      const from = performance.now()
      let next = 0
      let heldBackUntil = 0
      const due = (index: number) => from + (index * 1000) / rate
      const send = () => {
        const now = performance.now()
        while (next < total && due(next) <= now) {
          // The one that has waited longest: none waits until the application closes it.
          const connection = free.shift()
          if (connection === undefined) {
            heldBackUntil = now
            return
          }
          const dueAt = due(next++)
          const since = dueAt <= heldBackUntil ? dueAt : performance.now()
          connection.exchange().then(() => {
            latencies.push(performance.now() - since)
            free.push(connection)
            if (latencies.length === total) {
              clearInterval(timer)
              resolve(latencies)
            }
          }, reject)
        }
      }
      const timer = setInterval(send, 1)
    })
  })
}
