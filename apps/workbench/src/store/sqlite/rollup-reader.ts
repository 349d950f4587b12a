import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { DurationHistogram } from '../../model/duration-histogram.ts'
import type { DurationStats, OperationStats, StatsFilter } from '../telemetry-store.ts'

const nanosPerMilli = 1e6
const statusError = 2

/** Minutes of one operation that SQLite joins: with every bucket of every status used, 1.4 MB. */
const joinedMinutes = 60

/** Rows of `rollup` that SQLite added up. */
type RollupSum = {
  readonly spans: number
  readonly roots: number
  readonly errors: number
  readonly durationSum: number
  readonly durationSquares: number
  /** Their histograms one behind the other, which decode to their sum. */
  readonly durations: Uint8Array
}

/**
 * What {@link rollupSum} reads. To hand a histogram over costs more than to decode it, so SQLite joins those of a group first:
 * it takes a blob's bytes for text and back unchanged, zeros too, in a database that is UTF-8.
 */
const sumColumns = `sum(span_count), sum(root_count), sum(iif(status = ${statusError}, span_count, 0)),
  sum(duration_sum), sum(duration_squares), CAST(group_concat(durations, '') AS BLOB)`

/** Adds counts of many minutes and operations up. */
class Totals {
  #spans = 0
  #roots = 0
  #errors = 0
  #durationSum = 0
  #durationSquares = 0
  readonly #durations = new DurationHistogram()

  add({ spans, roots, errors, durationSum, durationSquares, durations }: RollupSum): void {
    this.#spans += spans
    this.#roots += roots
    this.#errors += errors
    this.#durationSum += durationSum
    this.#durationSquares += durationSquares
    this.#durations.addEncoded(durations)
  }

  get stats(): DurationStats {
    const average = this.#spans === 0 ? 0 : this.#durationSum / this.#spans
    const meanSquare = this.#spans === 0 ? 0 : this.#durationSquares / this.#spans
    // Rounding may leave a little less than nothing.
    const variance = Math.max(0, meanSquare - (average / nanosPerMilli) ** 2)
    const [min = 0, p5 = 0, p50 = 0, p90 = 0, p95 = 0, p99 = 0, p999 = 0, max = 0] =
      this.#durations.quantiles([0, 0.05, 0.5, 0.9, 0.95, 0.99, 0.999, 1])
    return {
      spanCount: this.#spans,
      errorCount: this.#errors,
      rootCount: this.#roots,
      average,
      standardDeviation: Math.sqrt(variance) * nanosPerMilli,
      min,
      max,
      p5,
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
  readonly #sumsByOperation: StatementSync
  readonly #sumsByMinute: StatementSync
  readonly #errors: StatementSync

  constructor(database: DatabaseSync) {
    const ofOperations =
      '(:service IS NULL OR service = :service) AND (:operation IS NULL OR name = :operation)'
    const rows = `minute >= :from AND minute < :to AND (:status IS NULL OR status = :status)
      AND operation IN (SELECT id FROM operation WHERE ${ofOperations})`
    this.#operations = database.prepare(`SELECT id, service, name, kind FROM operation WHERE ${ofOperations}`)
    this.#sumsByOperation = database.prepare(
      `SELECT operation, ${sumColumns} FROM rollup WHERE ${rows} GROUP BY operation, minute / ${joinedMinutes}`,
    )
    this.#sumsByOperation.setReturnArrays(true)
    this.#sumsByMinute = database.prepare(
      `SELECT minute, ${sumColumns} FROM rollup WHERE ${rows} GROUP BY minute`,
    )
    this.#sumsByMinute.setReturnArrays(true)
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
    return totals(this.#sumsByOperation, filter, (operation) => operation)
      .map(({ key, stats }) => ({ ...(operations.get(key) as Operation), stats }))
      .sort((a, b) => b.stats.spanCount - a.stats.spanCount)
  }

  services(filter: StatsFilter): { serviceName: string; stats: DurationStats }[] {
    const operations = this.#operationsOf(filter)
    return totals(this.#sumsByOperation, filter, (operation) => operations.get(operation)?.serviceName ?? '')
      .map(({ key, stats }) => ({ serviceName: key, stats }))
      .sort((a, b) => b.stats.spanCount - a.stats.spanCount)
  }

  timeSeries(filter: StatsFilter, stepMinutes: number): { minute: number; stats: DurationStats }[] {
    const { fromMinute } = filter
    const stepOf = (minute: number): number =>
      fromMinute + Math.floor((minute - fromMinute) / stepMinutes) * stepMinutes
    return totals(this.#sumsByMinute, filter, stepOf)
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
}

type Operation = { readonly serviceName: string; readonly name: string; readonly kind: number }

/** Adds what `sums` reads up by `keyOf` its first column. */
function totals<K>(
  sums: StatementSync,
  { fromMinute: from, toMinute: to, service, operation, status }: StatsFilter,
  keyOf: (id: number) => K,
): { key: K; stats: DurationStats }[] {
  const groups = new Map<K, Totals>()
  const parameters = {
    from,
    to,
    service: service ?? null,
    operation: operation ?? null,
    status: status ?? null,
  }
  for (const row of sums.iterate(parameters)) {
    const columns = row as unknown as readonly unknown[]
    const key = keyOf(columns[0] as number)
    let group = groups.get(key)
    if (!group) {
      group = new Totals()
      groups.set(key, group)
    }
    group.add(rollupSum(columns))
  }
  return [...groups].map(([key, { stats }]) => ({ key, stats }))
}

const rollupSum = (columns: readonly unknown[]): RollupSum => ({
  spans: columns[1] as number,
  roots: columns[2] as number,
  errors: columns[3] as number,
  durationSum: columns[4] as number,
  durationSquares: columns[5] as number,
  durations: columns[6] as Uint8Array,
})
