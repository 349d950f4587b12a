import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ApiOptions, createApi } from '../src/api/api-app.ts'
import type { Health } from '../src/api/contract.ts'
import { requestGuard } from '../src/api/request-guard.ts'
import { ingestExports } from '../src/ingest/ingest-exports.ts'
import { answerQuestion } from '../src/query/questions.ts'
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import type { TelemetryStore } from '../src/store/telemetry-store.ts'

/** When the tests' workbench lives, in milliseconds since the Unix epoch. */
export const testNow = Date.UTC(2026, 10, 22, 20, 30)

/** The API over real HTTP with a database in memory. */
export type ApiServer = {
  readonly url: string
  readonly store: TelemetryStore
  /** Stores an OTLP JSON export. */
  receive(request: object): Promise<void>
  /** The answer to a GET, decoded; throws when its status is not 200. */
  get<T>(path: string): Promise<T>
  [Symbol.asyncDispose](): Promise<void>
}

/** Where the store listens to a clock, it is one that stands still at {@link testNow}, unless `wallClock` says otherwise. */
export async function startApi(
  options: Partial<ApiOptions> & { readonly wallClock?: () => number } = {},
): Promise<ApiServer> {
  const { wallClock = () => testNow, ...apiOptions } = options
  const bounds = { spans: 1_000_000, bytes: 1e9, ageMillis: 1e12 }
  const store = new SqliteStore({
    location: ':memory:',
    bounds,
    wallClock,
    monotonicClock: () => performance.now(),
  })
  const ingest = async (
    body: Uint8Array,
    contentEncoding: 'identity' | 'gzip' | 'deflate' | 'br' | 'zstd',
  ) => {
    const { outcomes, written } = await ingestExports(store, [
      { signal: 'traces', encoding: 'json', contentEncoding, body },
    ])
    const [outcome] = outcomes
    if (!outcome) throw new Error('An export has an outcome.')
    return { outcome, spanCount: written?.spanCount ?? 0, duplicateCount: written?.duplicateCount ?? 0 }
  }
  const api = createApi({
    admit: requestGuard('127.0.0.1', { anyHost: options.token !== undefined }),
    now: () => testNow,
    backend: {
      async ask(question) {
        const found = await answerQuestion(store, structuredClone(question))
        return found && new TextEncoder().encode(JSON.stringify(found))
      },
      importTraces: ingest,
      deleteTraces: (traceIds) => store.delete(traceIds),
      health: async () => health,
    },
    ...apiOptions,
  })
  const server = await listen(api.app)
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(server.url + path)
    const body = await response.text()
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${body}`)
    return JSON.parse(body) as T
  }
  return {
    url: server.url,
    store,
    get,
    async receive(request) {
      const { outcome, spanCount } = await ingest(Buffer.from(JSON.stringify(request)), 'identity')
      if (outcome.outcome !== 'accepted' || outcome.rejectedItems || spanCount === 0)
        throw new Error(`Not stored: ${JSON.stringify(outcome)}`)
    },
    async [Symbol.asyncDispose]() {
      api.close()
      await server.close()
      await store.close()
    },
  }
}

/** A server on a free port of this machine. */
export async function listen(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

const health: Health = {
  version: '0.1.0',
  startedAtUnixNano: '1795377600000000000',
  store: {
    path: null,
    spanCount: 4,
    traceCount: 2,
    linkCount: 2,
    bytes: 4_096,
    maxSpans: 1_000_000,
    maxBytes: 1_000_000_000,
    maxAgeMillis: 604_800_000,
    evictedTraceCount: 0,
    evictedSpanCount: 0,
    evictedAtUnixNano: null,
    trouble: null,
  },
  received: { spans: 4, duplicateSpans: 0, rejectedSpans: 0, logRecords: 0, metricDataPoints: 0 },
}
