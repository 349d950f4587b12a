import type { IncomingMessage, ServerResponse } from 'node:http'
import { Problem } from '@linked-traces/service/problem'
import type { LiveAnswer } from '../query/live-query.ts'
import { readCursor, writeCursor } from '../query/search-cursor.ts'
import type { SearchCursor, SpanFilter } from '../store/telemetry-store.ts'
import type { Backend } from './backend.ts'
import type { LiveGap, LiveRows } from './contract.ts'

export type LiveReadersOptions = {
  /** Readers at a time; more are refused with 503. */
  readonly mostReaders: number
  /** Bytes that wait for one reader; one with more is disconnected, and resumes. */
  readonly mostWaitingBytes: number
  /** From one look at the store to the next. */
  readonly intervalMillis: number
  /** After so long without news a comment tells proxies and the reader that the connection lives. */
  readonly keepAliveMillis: number
}

/** Bounds for developers' machines: a page has one reader. */
export const liveDefaults: LiveReadersOptions = {
  mostReaders: 64,
  mostWaitingBytes: 4 * 1024 * 1024,
  intervalMillis: 250,
  keepAliveMillis: 15_000,
}

/**
 * Tells readers of what arrives, as server-sent events (WHATWG HTML, "Server-sent events").
 *
 * Each reader looks into the store for itself, so nothing is kept for those that are slow or away.
 */
export class LiveReaders {
  readonly #ask: Backend['ask']
  readonly #options: LiveReadersOptions
  /** Bound: `mostReaders`; each leaves when its connection closes. */
  readonly #responses = new Set<ServerResponse>()

  constructor(ask: Backend['ask'], options: LiveReadersOptions = liveDefaults) {
    this.#ask = ask
    this.#options = options
  }

  get count(): number {
    return this.#responses.size
  }

  /** Serves one reader until it goes away. */
  async serve(request: IncomingMessage, response: ServerResponse, filter: SpanFilter): Promise<void> {
    if (this.#responses.size >= this.#options.mostReaders)
      throw new Problem({
        status: 503,
        code: 'too_many_live_readers',
        detail: `The workbench has ${this.#options.mostReaders} live readers, which is as many as it serves.`,
        headers: { 'retry-after': '5' },
      })
    this.#responses.add(response)
    response.once('close', () => this.#responses.delete(response))
    const lastId = request.headers['last-event-id']
    let after = typeof lastId === 'string' ? readCursor(lastId) : undefined
    const isResumed = after !== undefined
    after ??= await this.#now(filter)
    if (response.writableEnded || response.destroyed) return
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    if (typeof lastId === 'string' && !isResumed)
      response.write(event('gap', { missed: null } satisfies LiveGap))
    // Without data: the reader hears of no event, but resumes from here.
    response.write(`id: ${writeCursor(after)}\n\n`)
    await this.#tell(response, filter, writeCursor(after))
  }

  /** Ends all, so that they do not hold up the end of the server. They resume when it is back. */
  close(): void {
    for (const response of this.#responses) response.end()
  }

  async #now(filter: SpanFilter): Promise<SearchCursor> {
    const { cursor } = await this.#look(filter, undefined)
    return readCursor(cursor) ?? { chunk: 0, index: 0 }
  }

  async #tell(response: ServerResponse, filter: SpanFilter, from: string): Promise<void> {
    const { intervalMillis, keepAliveMillis, mostWaitingBytes } = this.#options
    let cursor = from
    let silentMillis = 0
    while (await isOpenAfter(response, intervalMillis)) {
      const { rows, touchedTraceIds, missed, cursor: next } = await this.#look(filter, readCursor(cursor))
      silentMillis += intervalMillis
      let news = ''
      if (missed !== 0) news += event('gap', { missed } satisfies LiveGap)
      if (rows.length > 0) news += event('rows', { rows, touchedTraceIds } satisfies LiveRows, next)
      else if (next !== cursor) news += `id: ${next}\n\n`
      else if (silentMillis >= keepAliveMillis) news += ':\n\n'
      cursor = next
      if (news === '' || response.writableEnded) continue
      silentMillis = 0
      response.write(news)
      if (response.writableLength > mostWaitingBytes) response.destroy()
    }
  }

  async #look(filter: SpanFilter, after: SearchCursor | undefined): Promise<LiveAnswer> {
    const json = await this.#ask({ about: 'live', filter, after })
    if (!json) throw new TypeError('What is live is always answered.')
    return JSON.parse(Buffer.from(json).toString()) as LiveAnswer
  }
}

const event = (name: string, data: object, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

/** Waits, and tells whether the reader is still there. */
async function isOpenAfter(response: ServerResponse, millis: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, millis)
  response.once('close', resolve)
  await promise
  clearTimeout(timer)
  response.off('close', resolve)
  return !response.writableEnded && !response.destroyed
}
