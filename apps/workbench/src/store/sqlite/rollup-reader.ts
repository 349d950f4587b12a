import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { DurationHistogram } from '../../model/duration-histogram.ts'
import type { DurationStats, OperationStats, StatsFilter } from '../telemetry-store.ts'

const nanosPerMilli = 1e6
const statusError = 2

/** A row of `rollup`; arrays are read twice as fast as objects. */
type RollupRow = {
  readonly minute: number
  readonly operation: number
  readonly status: number
  readonly spans: number
  readonly roots: number
  readonly durationSum: number
  readonly durationSquares: number
  readonly durations: Uint8Array
}

/** Adds counts of many minutes and operations up. */
class Totals {
  #spans = 0
  #roots = 0
  #errors = 0
  #durationSum = 0
  #durationSquares = 0
  readonly #durations = new DurationHistogram()

  add({ status, spans, roots, durationSum, durationSquares, durations }: RollupRow): void {
    this.#spans += spans
    this.#roots += roots
    if (status === statusError) this.#errors += spans
    this.#durationSum += durationSum
    this.#durationSquares += durationSquares
    this.#durations.addEncoded(durations)
  }

  get stats(): DurationStats {
    const average = this.#spans === 0 ? 0 : this.#durationSum / this.#spans
    const meanSquare = this.#spans === 0 ? 0 : this.#durationSquares / this.#spans
    // Rounding may leave a little less than nothing.
    const variance = Math.max(0, meanSquare - (average / nanosPerMilli) ** 2)
    const [min = 0, p50 = 0, p90 = 0, p95 = 0, p99 = 0, p999 = 0, max = 0] = this.#durations.quantiles([
      0, 0.5, 0.9, 0.95, 0.99, 0.999, 1,
    ])
    return {
      spanCount: this.#spans,
      errorCount: this.#errors,
      rootCount: this.#roots,
      average,
      standardDeviation: Math.sqrt(variance) * nanosPerMilli,
      min,
      max,
      p50,
      p90,
      p95,
      p99,
      p999,
    }
  }
}

/** Statistics from the counts by minute and operation. */
export class RollupReader {
  readonly #operations: StatementSync
  readonly #rows: StatementSync
  readonly #errors: StatementSync

  constructor(database: DatabaseSync) {
    this.#operations = database.prepare(
      `SELECT id, service, name, kind FROM operation
       WHERE (:service IS NULL OR service = :service) AND (:operation IS NULL OR name = :operation)`,
    )
    this.#rows = database.prepare(
      `SELECT minute, operation, status, span_count, root_count, duration_sum, duration_squares, durations FROM rollup
       WHERE minute >= :from AND minute < :to`,
    )
    this.#rows.setReturnArrays(true)
    this.#errors = database.prepare(
      `SELECT error_message.text AS message, sum(error_rollup.span_count) AS count,
         max(minute), example_trace AS trace, example_span AS span
       FROM error_rollup CROSS JOIN operation ON operation.id = error_rollup.operation
       CROSS JOIN error_message ON error_message.id = error_rollup.message
       WHERE minute >= :from AND minute < :to AND (:service IS NULL OR operation.service = :service)
         AND (:operation IS NULL OR operation.name = :operation)
       GROUP BY error_rollup.message ORDER BY count DESC, message LIMIT :limit`,
    )
    this.#errors.setReadBigInts(true)
  }

  operations(filter: StatsFilter): OperationStats[] {
    const operations = this.#operationsOf(filter)
    return this.#totals(filter, operations, ({ operation }) => operation)
      .map(({ key, stats }) => ({ ...(operations.get(key) as Operation), stats }))
      .sort((a, b) => b.stats.spanCount - a.stats.spanCount)
  }

  services(filter: StatsFilter): { serviceName: string; stats: DurationStats }[] {
    const operations = this.#operationsOf(filter)
    const nameOf = ({ operation }: RollupRow): string => operations.get(operation)?.serviceName ?? ''
    return this.#totals(filter, operations, nameOf)
      .map(({ key, stats }) => ({ serviceName: key, stats }))
      .sort((a, b) => b.stats.spanCount - a.stats.spanCount)
  }

  timeSeries(filter: StatsFilter, stepMinutes: number): { minute: number; stats: DurationStats }[] {
    const stepOf = ({ minute }: RollupRow): number =>
      filter.fromMinute + Math.floor((minute - filter.fromMinute) / stepMinutes) * stepMinutes
    return this.#totals(filter, this.#operationsOf(filter), stepOf)
      .map(({ key, stats }) => ({ minute: key, stats }))
      .sort((a, b) => a.minute - b.minute)
  }

  topErrors(
    filter: StatsFilter,
    limit: number,
  ): { message: string; count: number; trace: number; span: bigint }[] {
    const { fromMinute: from, toMinute: to, service, operation, status } = filter
    if (status !== undefined && status !== statusError) return []
    return this.#errors
      .all({ from, to, service: service ?? null, operation: operation ?? null, limit })
      .map(({ message, count, trace, span }) => ({
        message: message as string,
        count: Number(count),
        trace: Number(trace),
        span: span as bigint,
      }))
  }

  #operationsOf({ service, operation }: StatsFilter): ReadonlyMap<number, Operation> {
    return new Map(
      this.#operations
        .all({ service: service ?? null, operation: operation ?? null })
        .map((row) => [
          row.id as number,
          { serviceName: row.service as string, name: row.name as string, kind: row.kind as number },
        ]),
    )
  }

  #totals<K>(
    { fromMinute, toMinute, status }: StatsFilter,
    operations: ReadonlyMap<number, Operation>,
    keyOf: (row: RollupRow) => K,
  ): { key: K; stats: DurationStats }[] {
    const groups = new Map<K, Totals>()
    for (const columns of this.#rows.iterate({ from: fromMinute, to: toMinute })) {
      const row = rollupRow(columns as unknown as readonly unknown[])
      if (!operations.has(row.operation) || (status !== undefined && row.status !== status)) continue
      const key = keyOf(row)
      let totals = groups.get(key)
      if (!totals) {
        totals = new Totals()
        groups.set(key, totals)
      }
      totals.add(row)
    }
    return [...groups].map(([key, { stats }]) => ({ key, stats }))
  }
}

type Operation = { readonly serviceName: string; readonly name: string; readonly kind: number }

const rollupRow = (columns: readonly unknown[]): RollupRow => ({
  minute: columns[0] as number,
  operation: columns[1] as number,
  status: columns[2] as number,
  spans: columns[3] as number,
  roots: columns[4] as number,
  durationSum: columns[5] as number,
  durationSquares: columns[6] as number,
  durations: columns[7] as Uint8Array,
})
