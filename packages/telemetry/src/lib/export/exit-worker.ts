import type { IncomingMessage } from 'node:http'
import http from 'node:http'
import type { AgentOptions } from 'node:https'
import https from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import { workerData } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import type { ExitWork } from './exit-delivery.ts'
import { GZIP_OPTIONS } from './gzip-options.ts'

/** An export as it goes over the wire. */
export interface ExitRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Not compressed yet: the main thread has better things to do than that, too. */
  readonly body: Uint8Array
  readonly compression: 'gzip' | 'none'
  /** What its connection is made with. */
  readonly agent: Pick<AgentOptions, 'ca' | 'cert' | 'key' | 'proxyEnv'>
}

/** What came of the last attempt: the answer, its body in Base64, or the error there was instead. */
export type ExitAnswer =
  | {
      readonly status: number
      readonly statusText: string
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }
  | { readonly code: string; readonly message: string }

/** Statuses whose requests may be repeated (OTLP/HTTP, "Retryable Response Codes"), and the wait before that. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])
const WAIT_MILLIS = 200
/** The headers of an answer that tell what it means. */
const HEADERS = ['content-type', 'retry-after', 'x-ratelimit-reset', 'x-ingestlimit-reset']
/** Of a body, and of a header or message, so much is passed on: enough for a reason. In bytes and characters. */
const MAX_BODY = 4096
const MAX_TEXT = 200
/** The status is what counts; for the rest of an answer there is this much time, in milliseconds. */
const BODY_MILLIS = 250

// Runs in a worker of its own, which has no flags: nothing but Node's own modules can be imported here.
const { requests, progress, answers, answerBytes, deadlineMillis }: ExitWork = workerData
const until = performance.now() + deadlineMillis
await Promise.all(requests.map(deliver))

async function deliver(request: ExitRequest, index: number): Promise<void> {
  let answer = await send(request)
  note(answer, index)
  while ('status' in answer && RETRYABLE.has(answer.status) && performance.now() + WAIT_MILLIS < until) {
    await delay(WAIT_MILLIS)
    answer = await send(request)
    note(answer, index)
  }
  Atomics.sub(progress, 0, 1)
  Atomics.notify(progress, 0)
}

/** Its length goes last: then it is there. */
function note(answer: ExitAnswer, index: number): void {
  const { written } = new TextEncoder().encodeInto(
    JSON.stringify(answer),
    new Uint8Array(answers, index * answerBytes, answerBytes),
  )
  Atomics.store(progress, 1 + index, written)
}

function send({ url, headers, body, compression, agent }: ExitRequest): Promise<ExitAnswer> {
  return new Promise((resolve) => {
    const { request, Agent } = url.startsWith('https:') ? https : http
    const encoding = compression === 'gzip' ? { 'content-encoding': 'gzip' } : {}
    request(url, { agent: new Agent(agent), method: 'POST', headers: { ...headers, ...encoding } })
      .once('error', (error: NodeJS.ErrnoException) => {
        resolve({ code: error.code ?? '', message: error.message.slice(0, MAX_TEXT) })
      })
      .once('response', (response) => void read(response).then(resolve))
      .end(compression === 'gzip' ? gzipSync(body, GZIP_OPTIONS) : body)
  })
}

async function read(response: IncomingMessage): Promise<ExitAnswer> {
  const chunks: Buffer[] = []
  let length = 0
  response.on('data', (chunk: Buffer) => {
    if (length < MAX_BODY) chunks.push(chunk)
    length += chunk.length
  })
  const ended = new Promise((resolve) => response.once('error', () => {}).once('close', resolve))
  await Promise.race([ended, delay(BODY_MILLIS)])
  response.destroy()
  const headers: Record<string, string> = {}
  for (const name of HEADERS) {
    const value = response.headers[name]?.toString()
    if (value !== undefined) headers[name] = value.slice(0, MAX_TEXT)
  }
  return {
    status: response.statusCode ?? 0,
    statusText: (response.statusMessage ?? '').slice(0, MAX_TEXT),
    headers,
    body: Buffer.concat(chunks).subarray(0, MAX_BODY).toString('base64'),
  }
}
