import { AsyncLocalStorage } from 'node:async_hooks'
import type { ClientRequest, IncomingMessage } from 'node:http'
import http from 'node:http'
import type { AgentOptions } from 'node:https'
import { TIMED_OUT } from '../export/explain-failure.ts'

/** One export: a single request, and what comes back. */
export interface Attempt {
  /** Ends the request. */
  readonly signal: AbortSignal
  /** Missing until there is an answer. */
  response?: IncomingMessage
  /** It went out on a connection that had waited for it, and that was closed at that moment, as it seems. */
  stale?: boolean
  /** The beginning of the answer's body: enough for a partial success and its reason. */
  readonly body: Buffer[]
}

export interface ExporterAgentOptions extends AgentOptions {
  readonly url: string
  /** The headers that are meant for this destination, besides those that every export has. */
  readonly headers: Readonly<Record<string, string>>
  /** From the first byte to the last, in milliseconds. */
  readonly timeoutMillis: number
}

export interface ExporterAgent {
  readonly agent: http.Agent
  /** Runs `send`; the requests it makes belong to `attempt`. */
  run(attempt: Attempt, send: () => void): void
}

/** `http.Agent` as `http.request` sees it: the contract that agents of other packages are built on, too. */
interface RequestAgent extends http.Agent {
  addRequest(request: ClientRequest, ...rest: unknown[]): void
}

/** Headers of every export. */
const EXPORTER_HEADERS = ['content-type', 'user-agent']

/** The status is what counts; for the rest of an answer there is this much time, in milliseconds. */
const BODY_MILLIS = 1000

/** Of an answer's body this much is kept, in bytes. */
const MAX_BODY = 64 * 1024

/**
 * An agent for the exports to one destination: they leave with the headers of their destination and no others, whatever
 * has patched `node:http`; what is answered is noted, they end with their attempt, and they let the process go.
 */
export function createExporterAgent(options: ExporterAgentOptions): ExporterAgent {
  const { url, headers, timeoutMillis, ...agentOptions } = options
  const { host, protocol } = new URL(url)
  const own = new Set([...Object.keys(headers).map((name) => name.toLowerCase()), ...EXPORTER_HEADERS])
  const attempts = new AsyncLocalStorage<Attempt>()

  // Loaded for those who need it: with TLS it is 2 MB.
  const { Agent } = protocol === 'https:' ? process.getBuiltinModule('node:https') : http
  const agent = new Agent({ keepAlive: true, ...agentOptions }) as RequestAgent
  const { addRequest } = agent
  agent.addRequest = (request, ...rest) => {
    for (const name of request.getHeaderNames()) {
      // Node's own, for a proxy on the way.
      if (!own.has(name) && !name.startsWith('proxy-')) request.removeHeader(name)
    }
    if (!own.has('host')) request.setHeader('Host', host)
    request.on('socket', (socket) => socket.unref())
    endWithin(timeoutMillis, request)
    const attempt = attempts.getStore()
    if (attempt !== undefined) watch(request, attempt)
    addRequest.call(agent, request, ...rest)
  }
  return { agent, run: (attempt, send) => attempts.run(attempt, send) }
}

function endWithin(millis: number, request: ClientRequest): void {
  const timer = setTimeout(() => {
    request.destroy(Object.assign(new Error(`no answer within ${millis} ms`), { code: TIMED_OUT }))
  }, millis).unref()
  request.once('close', () => clearTimeout(timer))
}

function watch(request: ClientRequest, attempt: Attempt): void {
  const { signal } = attempt
  const abort = () => request.destroy(new Error('the time was over'))
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  request.once('close', () => signal.removeEventListener('abort', abort))
  request.once('error', (error: NodeJS.ErrnoException) => {
    attempt.stale = request.reusedSocket && error.code === 'ECONNRESET'
  })
  request.once('response', (response) => {
    attempt.response = response
    const rest = setTimeout(() => request.destroy(), BODY_MILLIS).unref()
    response.once('close', () => clearTimeout(rest))
    let length = 0
    response.on('data', (chunk: Buffer) => {
      if (length < MAX_BODY) attempt.body.push(chunk)
      length += chunk.length
    })
  })
}
