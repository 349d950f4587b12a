import type { ErrorStatistics, OperationStatistics, ServiceStatistics, TimeSeries } from '../api/contract.ts'
import { spanKindName } from '../model/stored-span.ts'
import type { DurationStats, OperationStats, StatsFilter, TelemetryReader } from '../store/telemetry-store.ts'
import { durationStatisticsJson, wholeNanos } from './duration-statistics-json.ts'
import { namedSummaryJson } from './span-json.ts'

const minuteNanos = 60_000_000_000n

/** Services, the busiest first. */
export async function queryServices(
  store: TelemetryReader,
  filter: StatsFilter,
): Promise<ServiceStatistics[]> {
  const services = await store.services(filter)
  return services.map(({ serviceName, stats }) => ({ serviceName, ...countsJson(stats) }))
}

/** Operations, the one with the slowest average first. */
export async function queryOperations(
  store: TelemetryReader,
  filter: StatsFilter,
  limit: number,
): Promise<OperationStatistics[]> {
  const operations = await store.operations(filter)
  return [...operations]
    .sort((a, b) => b.stats.average - a.stats.average)
    .slice(0, limit)
    .map(operationJson)
}

/** Counts over time, in at most `buckets` buckets of whole minutes. */
export async function queryTimeSeries(
  store: TelemetryReader,
  filter: StatsFilter,
  buckets: number,
): Promise<TimeSeries> {
  const { fromMinute, toMinute } = filter
  const step = Math.max(1, Math.ceil((toMinute - fromMinute) / buckets))
  const found = new Map((await store.timeSeries(filter, step)).map(({ minute, stats }) => [minute, stats]))
  const minutes = Array.from(
    { length: Math.ceil((toMinute - fromMinute) / step) },
    (_, index) => fromMinute + index * step,
  )
  return {
    fromUnixNano: nanosOf(fromMinute),
    toUnixNano: nanosOf(toMinute),
    bucketNano: nanosOf(step),
    buckets: minutes.map((minute) => {
      const stats = found.get(minute)
      return {
        startTimeUnixNano: nanosOf(minute),
        spanCount: stats?.spanCount ?? 0,
        errorCount: stats?.errorCount ?? 0,
        traceCount: stats?.rootCount ?? 0,
        avgNano: stats ? wholeNanos(stats.average) : null,
      }
    }),
  }
}

/** Status messages of failed spans, the commonest first. */
export async function queryErrors(
  store: TelemetryReader,
  filter: StatsFilter,
  limit: number,
): Promise<ErrorStatistics[]> {
  const errors = await store.topErrors(filter, limit)
  return errors.map(({ message, count, example }) => ({
    message,
    count,
    example: example ? namedSummaryJson(example) : null,
  }))
}

export const operationJson = ({ serviceName, name, kind, stats }: OperationStats): OperationStatistics => ({
  serviceName,
  operation: name,
  kind: spanKindName(kind),
  ...countsJson(stats),
})

const countsJson = (stats: DurationStats) => ({
  spanCount: stats.spanCount,
  errorCount: stats.errorCount,
  durations: durationStatisticsJson(stats),
})

const nanosOf = (minutes: number): string => String(BigInt(minutes) * minuteNanos)
