import type { DurationStatistics } from '../api/contract.ts'
import type { DurationStats } from '../store/telemetry-store.ts'

/** What the store counted of durations. */
export const durationStatisticsJson = (stats: DurationStats): DurationStatistics => ({
  count: stats.spanCount,
  minNano: wholeNanos(stats.min),
  maxNano: wholeNanos(stats.max),
  avgNano: wholeNanos(stats.average),
  stdevNano: wholeNanos(stats.standardDeviation),
  p5Nano: wholeNanos(stats.p5),
  p50Nano: wholeNanos(stats.p50),
  p90Nano: wholeNanos(stats.p90),
  p95Nano: wholeNanos(stats.p95),
  p99Nano: wholeNanos(stats.p99),
  p999Nano: wholeNanos(stats.p999),
})

/** Nanoseconds as a decimal string, never in exponents. */
export const wholeNanos = (nanos: number): string => String(BigInt(Math.round(nanos)))
