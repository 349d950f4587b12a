import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { DurationHistogram } from '../../model/duration-histogram.ts'
import type { DurationStats, OperationStats, StatsFilter } from '../telemetry-store.ts'

const nanosPerMilli = 1e6
const statusError = 2

/** Adds counts of many minutes and operations up. */
class Totals {
  #spans = 0
  #roots = 0
  #errors = 0
  #durationSum = 0
  #durationSquares = 0
  readonly #durations = new DurationHistogram()

  add(row: Record<string, unknown>): void {
    this.#spans += row.span_count as number
    this.#roots += row.root_count as number
    if (row.status === statusError) this.#errors += row.span_count as number
    this.#durationSum += row.duration_sum as number
    this.#durationSquares += row.duration_squares as number
    this.#durations.addEncoded(row.durations as Uint8Array)
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

const matching = `minute >= :from AND minute < :to
  AND (:service IS NULL OR operation.service = :service) AND (:operation IS NULL OR operation.name = :operation)`

/** Statistics from the counts by minute and operation. */
export class RollupReader {
  readonly #rows: StatementSync
  readonly #errors: StatementSync

  constructor(database: DatabaseSync) {
    this.#rows = database.prepare(
      `SELECT minute, operation, service, name, kind, status, rollup.span_count AS span_count, root_count,
         duration_sum, duration_squares, durations
       FROM rollup CROSS JOIN operation ON operation.id = rollup.operation
       WHERE ${matching} AND (:status IS NULL OR status = :status)`,
    )
    this.#errors = database.prepare(
      `SELECT error_message.text AS message, sum(error_rollup.span_count) AS count,
         max(minute), example_trace AS trace, example_span AS span
       FROM error_rollup CROSS JOIN operation ON operation.id = error_rollup.operation
       CROSS JOIN error_message ON error_message.id = error_rollup.message
       WHERE ${matching} GROUP BY error_rollup.message ORDER BY count DESC, message LIMIT :limit`,
    )
    this.#errors.setReadBigInts(true)
  }

  operations(filter: StatsFilter): OperationStats[] {
    return this.#totals(filter, ({ operation }) => operation as number)
      .map(({ row, stats }) => ({
        serviceName: row.service as string,
        name: row.name as string,
        kind: row.kind as number,
        stats,
      }))
      .sort((a, b) => b.stats.spanCount - a.stats.spanCount)
  }

  services(filter: StatsFilter): { serviceName: string; stats: DurationStats }[] {
    return this.#totals(filter, ({ service }) => service as string)
      .map(({ row, stats }) => ({ serviceName: row.service as string, stats }))
      .sort((a, b) => b.stats.spanCount - a.stats.spanCount)
  }

  timeSeries(filter: StatsFilter, stepMinutes: number): { minute: number; stats: DurationStats }[] {
    const stepOf = (minute: number): number =>
      filter.fromMinute + Math.floor((minute - filter.fromMinute) / stepMinutes) * stepMinutes
    return this.#totals(filter, ({ minute }) => stepOf(minute as number))
      .map(({ row, stats }) => ({ minute: stepOf(row.minute as number), stats }))
      .sort((a, b) => a.minute - b.minute)
  }

  topErrors(
    filter: StatsFilter,
    limit: number,
  ): { message: string; count: number; trace: number; span: bigint }[] {
    if (filter.status !== undefined && filter.status !== statusError) return []
    const { status: _, ...named } = parameters(filter)
    return this.#errors.all({ ...named, limit }).map(({ message, count, trace, span }) => ({
      message: message as string,
      count: Number(count),
      trace: Number(trace),
      span: span as bigint,
    }))
  }

  #totals(
    filter: StatsFilter,
    keyOf: (row: Record<string, unknown>) => number | string,
  ): { row: Record<string, unknown>; stats: DurationStats }[] {
    const groups = new Map<number | string, { row: Record<string, unknown>; totals: Totals }>()
    for (const row of this.#rows.iterate(parameters(filter))) {
      const key = keyOf(row)
      let group = groups.get(key)
      if (!group) {
        group = { row, totals: new Totals() }
        groups.set(key, group)
      }
      group.totals.add(row)
    }
    return [...groups.values()].map(({ row, totals }) => ({ row, stats: totals.stats }))
  }
}

const parameters = ({ fromMinute, toMinute, service, operation, status }: StatsFilter) => ({
  from: fromMinute,
  to: toMinute,
  service: service ?? null,
  operation: operation ?? null,
  status: status ?? null,
})
