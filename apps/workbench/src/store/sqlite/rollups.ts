import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { DurationHistogram } from '../../model/duration-histogram.ts'

const nanosPerMinute = 6e10
/** Operations are numbered below this, so that minute, operation and status fit one safe integer: minutes end below 2^29. */
const operationLimit = 2 ** 22
const nanosPerMilli = 1e6
/** Histograms kept for the next transaction: 2 MiB, and more operations than most transactions touch. */
const mostSpare = 512

/** Counts of what spans started in one minute did. */
type Rollup = {
  readonly minute: number
  readonly operation: number
  readonly status: number
  spans: number
  roots: number
  durationSum: number
  durationSquares: number
  readonly durations: DurationHistogram
}

type ErrorRollup = {
  readonly minute: number
  readonly operation: number
  readonly message: number
  readonly spans: number
  readonly trace: number
  readonly span: bigint
}

/** The minute of the epoch a span started in, computed alike when it comes and when it goes. */
export const minuteOf = (startNanos: bigint): number => Math.floor(Number(startNanos) / nanosPerMinute)

/**
 * Keeps counts by minute and operation in step with the spans that are stored: what {@link add} counts, the same with
 * a sign of −1 takes back. Collected in memory, written by {@link flush} in the transaction of the spans themselves.
 */
export class Rollups {
  readonly #select: StatementSync
  readonly #upsert: StatementSync
  readonly #remove: StatementSync
  readonly #addErrors: StatementSync
  readonly #removeErrors: StatementSync
  readonly #addToOperation: StatementSync
  /** Bound: emptied by every flush, so it holds at most what one transaction touches. */
  readonly #changed = new Map<number, Rollup>()
  readonly #errors = new Map<string, ErrorRollup>()
  /** Histograms of earlier flushes, empty, 4 KiB each. Bound: {@link mostSpare}. */
  readonly #spare: DurationHistogram[] = []

  constructor(database: DatabaseSync) {
    this.#select = database.prepare(
      `SELECT span_count, root_count, duration_sum, duration_squares, durations FROM rollup
       WHERE minute = ? AND operation = ? AND status = ?`,
    )
    this.#upsert = database.prepare('INSERT OR REPLACE INTO rollup VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    this.#remove = database.prepare('DELETE FROM rollup WHERE minute = ? AND operation = ? AND status = ?')
    this.#addErrors = database.prepare(
      `INSERT INTO error_rollup VALUES (:minute, :operation, :message, :spans, :trace, :span)
       ON CONFLICT DO UPDATE SET span_count = span_count + :spans,
         example_trace = iif(:spans > 0, :trace, example_trace), example_span = iif(:spans > 0, :span, example_span)`,
    )
    this.#removeErrors = database.prepare(
      'DELETE FROM error_rollup WHERE minute = ? AND operation = ? AND message = ? AND span_count <= 0',
    )
    this.#addToOperation = database.prepare('UPDATE operation SET span_count = span_count + ? WHERE id = ?')
  }

  add(
    sign: 1 | -1,
    operation: number,
    status: number,
    start: bigint,
    duration: bigint,
    isRoot: boolean,
  ): void {
    const minute = minuteOf(start)
    const key = (minute * operationLimit + operation) * 4 + status
    let rollup = this.#changed.get(key)
    if (!rollup) {
      const durations = this.#spare.pop() ?? new DurationHistogram()
      rollup = {
        minute,
        operation,
        status,
        spans: 0,
        roots: 0,
        durationSum: 0,
        durationSquares: 0,
        durations,
      }
      this.#changed.set(key, rollup)
    }
    const nanos = Number(duration)
    const millis = nanos / nanosPerMilli
    rollup.spans += sign
    if (isRoot) rollup.roots += sign
    rollup.durationSum += sign * nanos
    rollup.durationSquares += sign * millis * millis
    rollup.durations.add(nanos, sign)
  }

  addError(
    sign: 1 | -1,
    operation: number,
    start: bigint,
    message: number,
    trace: number,
    span: bigint,
  ): void {
    const minute = minuteOf(start)
    const key = `${minute}/${operation}/${message}`
    const entry = this.#errors.get(key) ?? { minute, operation, message, spans: 0, trace, span }
    this.#errors.set(key, { ...entry, spans: entry.spans + sign, trace, span })
  }

  /** Forgets what was collected and not flushed. */
  clear(): void {
    for (const { durations } of this.#changed.values()) {
      if (this.#spare.length >= mostSpare) break
      durations.clear()
      this.#spare.push(durations)
    }
    this.#changed.clear()
    this.#errors.clear()
  }

  /** Writes what was collected; to be called inside the transaction. */
  flush(): void {
    const ofOperations = new Map<number, number>()
    for (const rollup of this.#changed.values()) {
      this.#write(rollup)
      ofOperations.set(rollup.operation, (ofOperations.get(rollup.operation) ?? 0) + rollup.spans)
    }
    for (const [operation, spans] of ofOperations) this.#addToOperation.run(spans, operation)
    for (const error of this.#errors.values()) {
      this.#addErrors.run(error)
      if (error.spans < 0) this.#removeErrors.run(error.minute, error.operation, error.message)
    }
    this.clear()
  }

  #write({ minute, operation, status, spans, roots, durationSum, durationSquares, durations }: Rollup): void {
    const row = this.#select.get(minute, operation, status)
    if (row) durations.addEncoded(row.durations as Uint8Array)
    const total = spans + ((row?.span_count as number) ?? 0)
    if (total <= 0) {
      this.#remove.run(minute, operation, status)
      return
    }
    this.#upsert.run(
      minute,
      operation,
      status,
      total,
      roots + ((row?.root_count as number) ?? 0),
      durationSum + ((row?.duration_sum as number) ?? 0),
      durationSquares + ((row?.duration_squares as number) ?? 0),
      durations.encode(),
    )
  }
}
