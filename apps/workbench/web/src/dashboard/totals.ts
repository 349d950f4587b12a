import type { TimeSeries } from '../../../src/api/contract.ts'

/** A figure of the dashboard with its course; `null` where it cannot be told. */
export type Total = { readonly value: number | null; readonly course: readonly (number | null)[] }

export type Totals = {
  readonly traces: Total
  /** Per minute, over {@link measuredMinutes}. */
  readonly spanRate: Total
  /** Minutes from the window's start, or from the first span where it came later, until the window's end or now. */
  readonly measuredMinutes: number
  readonly spanCount: number
  /** Nanoseconds. */
  readonly duration: Total
  readonly errors: Total
  /** Of all spans, 0 to 1; `null` without spans. */
  readonly errorShare: number | null
}

const nanosPerMinute = 60e9
/** Of a bucket that has only begun, less than this share says nothing about a rate. */
const leastOfBucket = 0.25

/** Adds up a time series, at `nowMillis` since 1970: of the last bucket only a part may have passed. */
export function totalsOf({ buckets, bucketNano, toUnixNano }: TimeSeries, nowMillis: number): Totals {
  const minutesOf = (nanos: bigint) => Number(nanos) / nanosPerMinute
  const now = BigInt(Math.round(nowMillis)) * 1_000_000n
  const end = now < BigInt(toUnixNano) ? now : BigInt(toUnixNano)
  const bucketMinutes = minutesOf(BigInt(bucketNano))
  // A store that began ten minutes ago has no rate for the fifty before.
  const first = buckets.find(({ spanCount }) => spanCount > 0)
  const measuredMinutes = first ? Math.max(1, minutesOf(end - BigInt(first.startTimeUnixNano))) : 0
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
      value: first ? spanCount / measuredMinutes : 0,
      course: buckets.map(({ spanCount: count, startTimeUnixNano }) => {
        const passed = Math.min(bucketMinutes, minutesOf(end - BigInt(startTimeUnixNano)))
        return passed < leastOfBucket * bucketMinutes ? null : count / passed
      }),
    },
    measuredMinutes,
    spanCount,
    duration: {
      value: spanCount === 0 ? null : time / spanCount,
      course: buckets.map(({ avgNano }) => (avgNano === null ? null : Number(avgNano))),
    },
    errors: { value: errors, course: buckets.map(({ errorCount }) => errorCount) },
    errorShare: spanCount === 0 ? null : errors / spanCount,
  }
}
