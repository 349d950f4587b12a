import { parentPort, type Transferable, workerData } from 'node:worker_threads'
import { type Ingested, ingestExports } from '../ingest/ingest-exports.ts'
import { answerQuestion } from '../query/questions.ts'
import { openForReading } from '../store/sqlite/open-database.ts'
import { SqliteReader } from '../store/sqlite/sqlite-reader.ts'
import { SqliteStore } from '../store/sqlite/sqlite-store.ts'
import { StoreError } from '../store/store-error.ts'
import type { TelemetryReader } from '../store/telemetry-store.ts'
import type { ThreadReply, ThreadRequest, ThreadSettings } from './thread-messages.ts'

/** Exports stored in one transaction at most: those that wait while one is written share the next. */
const mostGrouped = 8
/** And their bytes as received. */
const mostGroupedBytes = 4 * 1024 * 1024

const port = parentPort
if (!port) throw new TypeError('telemetry-thread.ts runs as a worker.')
const settings = workerData as ThreadSettings
const monotonicClock = (): number => performance.now()

type IngestRequest = Extract<ThreadRequest, { kind: 'ingest' }>

/** Bound: the receiver takes no more uploads than its budget of bytes in flight allows. */
const waiting: IngestRequest[] = []
let isIngesting = false

function reply(message: ThreadReply, transfer: Transferable[] = []): void {
  port?.postMessage(message, transfer)
}

function replyError(id: number, error: unknown): void {
  const code = error instanceof StoreError ? error.code : 'UNEXPECTED'
  const message =
    error instanceof Error
      ? code === 'UNEXPECTED'
        ? (error.stack ?? error.message)
        : error.message
      : String(error)
  reply({ id, kind: 'failed', code, message })
}

function tellStored({ outcomes, written, logRecordCount, metricPointCount, failure }: Ingested): void {
  const rejected = outcomes.map((outcome) =>
    outcome.outcome === 'accepted' ? (outcome.rejectedItems ?? 0) : 0,
  )
  reply({
    kind: 'stored',
    spanCount: written?.spanCount ?? 0,
    duplicateCount: written?.duplicateCount ?? 0,
    rejectedCount: rejected.reduce((sum, count) => sum + count, 0),
    logRecordCount,
    metricPointCount,
    traces: written?.traces ?? [],
    traceCount: written?.traceCount ?? 0,
    problem: failure?.message ?? null,
  })
}

async function ingestWaiting(store: SqliteStore): Promise<void> {
  isIngesting = true
  while (waiting.length > 0) {
    let bytes = 0
    let count = 0
    while (count < waiting.length && count < mostGrouped && bytes < mostGroupedBytes) {
      bytes += waiting[count]?.export.body.byteLength ?? 0
      count++
    }
    const batch = waiting.splice(0, count)
    try {
      const ingested = await ingestExports(
        store,
        batch.map((request) => request.export),
      )
      batch.forEach(({ id }, index) => {
        const outcome = ingested.outcomes[index]
        if (outcome) reply({ id, kind: 'ingested', outcome })
      })
      tellStored(ingested)
    } catch (error) {
      for (const { id } of batch) replyError(id, error)
    }
    // What arrived meanwhile joins the next transaction; questions get their turn.
    await new Promise((resolve) => setImmediate(resolve))
  }
  isIngesting = false
}

async function answer(
  request: ThreadRequest,
  reader: TelemetryReader,
  store: SqliteStore | undefined,
): Promise<void> {
  switch (request.kind) {
    case 'ask': {
      const found = await answerQuestion(reader, request.question)
      if (found === undefined) return reply({ id: request.id, kind: 'answered', json: undefined })
      const bytes = new TextEncoder().encode(JSON.stringify(found))
      return reply({ id: request.id, kind: 'answered', json: bytes }, [bytes.buffer as ArrayBuffer])
    }
    case 'import': {
      if (!store) throw new TypeError('Only the writing thread imports.')
      const ingested = await ingestExports(store, [request.export])
      tellStored(ingested)
      const { outcomes, written, failure } = ingested
      if (failure) throw failure
      const [outcome] = outcomes
      if (!outcome) throw new TypeError('An import has one outcome.')
      return reply({
        id: request.id,
        kind: 'imported',
        outcome,
        spanCount: written?.spanCount ?? 0,
        duplicateCount: written?.duplicateCount ?? 0,
      })
    }
    case 'delete': {
      const spanCount = (await store?.delete(request.traceIds)) ?? 0
      return reply({ id: request.id, kind: 'deleted', spanCount })
    }
    case 'close':
      await store?.close()
      reply({ id: request.id, kind: 'closed' })
      port?.close()
      return
    case 'ingest':
      waiting.push(request)
      if (store && !isIngesting) await ingestWaiting(store)
  }
}

function open(): { reader: TelemetryReader; store: SqliteStore | undefined } {
  if (settings.role === 'reader')
    return { reader: new SqliteReader(openForReading(settings.location), monotonicClock), store: undefined }
  const store = new SqliteStore({ ...settings, wallClock: Date.now, monotonicClock })
  return { reader: store, store }
}

try {
  const { reader, store } = open()
  port.on('message', (request: ThreadRequest) => {
    answer(request, reader, store).catch((error: unknown) => replyError(request.id, error))
  })
  reply({ kind: 'opened', setAside: store?.setAside })
} catch (error) {
  replyError(0, error)
  port.close()
}
