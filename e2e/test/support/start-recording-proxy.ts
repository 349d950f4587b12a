import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What went over the wire between two services. */
export interface Exchange {
  readonly path: string
  readonly requestHeaders: IncomingHttpHeaders
  readonly responseHeaders: IncomingHttpHeaders
}

export interface RecordingProxy extends AsyncDisposable {
  readonly url: string
  readonly exchanges: readonly Exchange[]
}

/** Forwards every request to `target` unchanged, and notes the headers that passed in both directions. */
export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const exchanges: Exchange[] = []
  const server = createServer((incoming, outgoing) => {
    const forwarded = request(
      new URL(incoming.url ?? '/', target),
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        exchanges.push({
          path: incoming.url ?? '',
          requestHeaders: incoming.headers,
          responseHeaders: answer.headers,
        })
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
        answer.pipe(outgoing)
      },
    )
    forwarded.on('error', () => outgoing.destroy())
    incoming.pipe(forwarded)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    exchanges,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
