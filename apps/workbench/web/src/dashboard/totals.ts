import type { TimeSeries } from '../../../src/api/contract.ts'

/** A figure of the dashboard with its course; `null` where it cannot be told. */
export type Total = { readonly value: number | null; readonly course: readonly (number | null)[] }

export type Totals = {
  readonly traces: Total
  /** Per minute. */
  readonly spanRate: Total
  readonly spanCount: number
  /** Nanoseconds. */
  readonly duration: Total
  readonly errors: Total
  /** Of all spans, 0 to 1; `null` without spans. */
  readonly errorShare: number | null
}

/** Adds up a time series. */
export function totalsOf({ buckets, bucketNano }: TimeSeries): Totals {
  const minutes = Number(BigInt(bucketNano) / 1_000_000n) / 60_000
  const sum = (measure: (bucket: TimeSeries['buckets'][number]) => number) =>
    buckets.reduce((total, bucket) => total + measure(bucket), 0)
  const spanCount = sum((bucket) => bucket.spanCount)
  const errors = sum((bucket) => bucket.errorCount)
  const time = sum((bucket) => bucket.spanCount * Number(bucket.avgNano ?? 0))
  return {
    traces: {
      value: sum(({ traceCount }) => traceCount),
      course: buckets.map(({ traceCount }) => traceCount),
    },
    spanRate: {
      value: buckets.length === 0 ? 0 : spanCount / (minutes * buckets.length),
      course: buckets.map((bucket) => bucket.spanCount / minutes),
    },
    spanCount,
    duration: {
      value: spanCount === 0 ? null : time / spanCount,
      course: buckets.map(({ avgNano }) => (avgNano === null ? null : Number(avgNano))),
    },
    errors: { value: errors, course: buckets.map(({ errorCount }) => errorCount) },
    errorShare: spanCount === 0 ? null : errors / spanCount,
  }
}
