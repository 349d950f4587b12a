import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { countSpans, type SinkRequest } from './count-spans.ts'

/**
 * The far side of an application under test, on the loopback: the service it calls, and the backend its spans go to. Requests
 * are kept as they come and looked into afterwards, so that counting costs the measurement nothing.
 */
export class Sink {
  readonly url: string
  readonly #server: Server
  #requests: SinkRequest[] = []
  #lastAt = performance.now()

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(): Promise<Sink> {
    const server = createServer((request, response) => sink.#answer(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const sink = new Sink(server)
    return sink
  }

  /** The spans that have come since this was asked last. */
  takeSpans(): number {
    const requests = this.#requests
    this.#requests = []
    return requests.reduce((sum, request) => sum + countSpans(request), 0)
  }

  /** Resolves when nothing has come for `millis`. */
  async quiet(millis: number): Promise<void> {
    const from = performance.now()
    for (;;) {
      const left = Math.max(from, this.#lastAt) + millis - performance.now()
      if (left <= 0) return
      await new Promise((resolve) => setTimeout(resolve, left))
    }
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? ''
    if (request.method === 'GET') {
      if (!path.startsWith('/stock/')) response.statusCode = 404
      response.setHeader('content-type', 'application/json')
      response.end('{"pieces":7,"place":"B12"}')
      return
    }
    const chunks: Buffer[] = []
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        this.#lastAt = performance.now()
        const contentType = request.headers['content-type'] ?? ''
        const gzip = request.headers['content-encoding'] === 'gzip'
        this.#requests.push({ path, contentType, gzip, body: Buffer.concat(chunks) })
        const protobuf = contentType.includes('protobuf')
        response.setHeader('content-type', protobuf ? 'application/x-protobuf' : 'application/json')
        // An empty message is a full success in OTLP; in JSON it is a pair of braces, which Datadog's agent may answer with, too.
        response.end(protobuf ? undefined : '{}')
      })
  }
}
