import http from 'node:http'
import type { RequestOptions } from 'node:https'
import https from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import { workerData } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import type { ExitWork } from './exit-delivery.ts'

/** An export as it goes over the wire. */
export interface ExitRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Not compressed yet: the main thread has better things to do than that, too. */
  readonly body: Uint8Array
  readonly compression: 'gzip' | 'none'
  readonly tls: Pick<RequestOptions, 'ca' | 'cert' | 'key'>
}

/** Statuses whose requests may be repeated (OTLP/HTTP, "Retryable Response Codes"), and the wait before that. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])
const WAIT_MILLIS = 200

// Runs in a worker of its own, which has no flags: nothing but Node's own modules can be imported here.
const { requests, progress, deadlineMillis }: ExitWork = workerData
const until = performance.now() + deadlineMillis
await Promise.all(requests.map(deliver))

async function deliver(request: ExitRequest, index: number): Promise<void> {
  let status = await send(request)
  while (RETRYABLE.has(status) && performance.now() + WAIT_MILLIS < until) {
    await delay(WAIT_MILLIS)
    status = await send(request)
  }
  Atomics.store(progress, 1 + index, status)
  Atomics.sub(progress, 0, 1)
  Atomics.notify(progress, 0)
}

/** Resolves with the answer's status, 0 when there is none. */
function send({ url, headers, body, compression, tls }: ExitRequest): Promise<number> {
  return new Promise((resolve) => {
    const { request } = url.startsWith('https:') ? https : http
    const encoding = compression === 'gzip' ? { 'content-encoding': 'gzip' } : {}
    request(url, { ...tls, method: 'POST', headers: { ...headers, ...encoding } })
      .once('error', () => resolve(0))
      .once('response', (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      .end(compression === 'gzip' ? gzipSync(body) : body)
  })
}
