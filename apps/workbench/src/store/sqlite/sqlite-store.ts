import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { SpanGroup, TelemetryStore, Written } from '../telemetry-store.ts'
import { storeErrorOf } from './database-error.ts'
import { Dictionaries } from './dictionaries.ts'
import { Evictor, type Removed } from './evictor.ts'
import { type OpenedDatabase, openDatabase } from './open-database.ts'
import { Rollups } from './rollups.ts'
import { SpanWriter } from './span-writer.ts'
import { SqliteReader, usedBytesOf } from './sqlite-reader.ts'

/** What the store keeps; beyond a bound the traces that came first leave. */
export type StoreBounds = {
  readonly spans: number
  /** Bytes of the database. */
  readonly bytes: number
  /** Milliseconds since the first spans of a trace were received. */
  readonly ageMillis: number
}

export type SqliteStoreOptions = {
  /** A folder, or `:memory:`. */
  readonly location: string
  readonly bounds: StoreBounds
  /** Milliseconds since the Unix epoch. */
  readonly wallClock: () => number
  /** Milliseconds, monotonic. */
  readonly monotonicClock: () => number
}

/** Share of a bound that is freed beyond it at once, so that not every write evicts. */
const slack = 0.02

/** Traces removed in one transaction, so that writers wait only briefly. */
const mostEvictedAtOnce = 2_000

type Counter =
  | 'spans'
  | 'traces'
  | 'links'
  | 'evicted_traces'
  | 'evicted_spans'
  | 'log_records'
  | 'metric_points'

/** What a store reads when it begins: where that is damaged, it cannot. */
const readLatest = (database: DatabaseSync): void =>
  new SpanWriter(database, new Dictionaries(database), new Rollups(database)).restoreBlock()

/** Keeps telemetry in one SQLite database. Its work is synchronous: it belongs on a thread of its own. */
export class SqliteStore extends SqliteReader implements TelemetryStore {
  /** Where an unreadable file was put aside when the store was opened. */
  readonly setAside: string | undefined
  readonly #opened: OpenedDatabase
  readonly #database: DatabaseSync
  readonly #bounds: StoreBounds
  readonly #wallClock: () => number
  readonly #dictionaries: Dictionaries
  readonly #rollups: Rollups
  readonly #writer: SpanWriter
  readonly #evictor: Evictor
  readonly #addToCounter: StatementSync
  readonly #selectCounter: StatementSync
  readonly #setEvictedAt: StatementSync
  readonly #traceId: StatementSync
  readonly #usedBytes: () => number

  constructor({ location, bounds, wallClock, monotonicClock }: SqliteStoreOptions) {
    const opened = openDatabase(location, new Date(wallClock()), readLatest)
    super(opened.database, monotonicClock)
    this.#opened = opened
    this.#database = opened.database
    this.setAside = opened.setAside
    this.#bounds = bounds
    this.#wallClock = wallClock
    this.#dictionaries = new Dictionaries(this.#database)
    this.#rollups = new Rollups(this.#database)
    this.#writer = new SpanWriter(this.#database, this.#dictionaries, this.#rollups)
    this.#evictor = new Evictor(this.#database, this.#dictionaries, this.#rollups)
    this.#addToCounter = this.#database.prepare(
      'INSERT INTO counter VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value',
    )
    this.#selectCounter = this.#database.prepare('SELECT value FROM counter WHERE name = ?')
    this.#setEvictedAt = this.#database.prepare("INSERT OR REPLACE INTO counter VALUES ('evicted_at', ?)")
    this.#traceId = this.#database.prepare('SELECT id FROM trace WHERE trace_id = ? AND span_count > 0')
    this.#usedBytes = usedBytesOf(this.#database)
    this.#writer.restoreBlock()
  }

  async write(exports: Iterable<readonly SpanGroup[]>): Promise<Written> {
    const written = this.#transaction(() => {
      const result = this.#writer.write(exports, this.#wallClock())
      this.#rollups.flush()
      this.#count('spans', result.spanCount)
      this.#count('traces', result.newTraceCount)
      this.#count('links', result.linkCount)
      return result
    })
    this.#keepWithinBounds()
    return written
  }

  async count(logRecords: number, metricPoints: number): Promise<void> {
    this.#transaction(() => {
      this.#count('log_records', logRecords)
      this.#count('metric_points', metricPoints)
    })
  }

  async delete(traceIds: readonly string[]): Promise<number> {
    return this.#transaction(() => {
      let spans = 0
      for (const traceId of traceIds) {
        const row = this.#traceId.get(Buffer.from(traceId, 'hex'))
        if (row) spans += this.#remove(row.id as number, 'deleted').spans
      }
      this.#evictor.cleanUp()
      this.#writer.forgetTraces()
      return spans
    })
  }

  async close(): Promise<void> {
    this.#opened.close()
  }

  /** Evicts what came first until the bounds hold again. */
  #keepWithinBounds(): void {
    while (this.#isOver(0)) {
      const removed = this.#transaction(() => this.#evict())
      if (removed === 0) return
    }
  }

  #evict(): number {
    let traces = 0
    while (traces < mostEvictedAtOnce && this.#isOver(slack)) {
      const oldest = this.#evictor.oldest()
      if (!oldest) break
      const removed = this.#remove(oldest.trace, 'evicted')
      this.#count('evicted_traces', 1)
      this.#count('evicted_spans', removed.spans)
      traces++
    }
    if (traces > 0) this.#setEvictedAt.run(this.#wallClock())
    this.#evictor.cleanUp()
    this.#writer.forgetTraces()
    return traces
  }

  #isOver(share: number): boolean {
    const { spans, bytes, ageMillis } = this.#bounds
    const stored = (this.#selectCounter.get('spans')?.value as number) ?? 0
    if (stored > spans * (1 - share) || this.#usedBytes() > bytes * (1 - share)) return stored > 0
    const oldest = this.#evictor.oldest()
    return oldest !== undefined && oldest.receivedAt < this.#wallClock() - ageMillis
  }

  #remove(trace: number, how: 'evicted' | 'deleted'): Removed {
    const removed = this.#evictor.remove(trace, how, this.#wallClock(), how === 'deleted')
    this.#count('spans', -removed.spans)
    this.#count('traces', -1)
    this.#count('links', -removed.links)
    return removed
  }

  #count(counter: Counter, change: number): void {
    if (change !== 0) this.#addToCounter.run(counter, change)
  }

  /** All or nothing; a failure leaves the store as it was and able to go on. */
  #transaction<T>(work: () => T): T {
    try {
      this.#database.exec('BEGIN IMMEDIATE')
      const result = work()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      this.#dictionaries.clear()
      this.#rollups.clear()
      this.#evictor.clear()
      this.clearCaches()
      this.#writer.restoreBlock()
      throw storeErrorOf(error, this.#database)
    }
  }
}
