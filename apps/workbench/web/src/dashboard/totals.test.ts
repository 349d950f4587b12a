import { describe, expect, it } from 'vitest'
import type { TimeSeries } from '../../../src/api/contract.ts'
import { totalsOf } from './totals.ts'

const series = (
  ...buckets: [spans: number, errors: number, traces: number, avgNano: number | null][]
): TimeSeries => ({
  fromUnixNano: '0',
  toUnixNano: String(buckets.length * 120_000_000_000),
  bucketNano: '120000000000',
  buckets: buckets.map(([spanCount, errorCount, traceCount, avgNano], index) => ({
    startTimeUnixNano: String(index * 120_000_000_000),
    spanCount,
    errorCount,
    traceCount,
    avgNano: avgNano === null ? null : String(avgNano),
  })),
})

const later = 3_600_000

describe('totalsOf', () => {
  it('adds up, per minute where it says so, and weighs averages by their spans', () => {
    const four = series([30, 1, 5, 1_000], [10, 0, 2, 5_000], [0, 0, 0, null], [0, 0, 0, null])
    expect(totalsOf(four, later)).toEqual({
      traces: { value: 7, course: [5, 2, 0, 0] },
      spanRate: { value: 5, course: [15, 5, 0, 0] },
      measuredMinutes: 8,
      spanCount: 40,
      duration: { value: 2_000, course: [1_000, 5_000, null, null] },
      errors: { value: 1, course: [1, 0, 0, 0] },
      errorShare: 1 / 40,
    })
  })

  it('counts the rate from the first span until now, not over time in which nothing could come', () => {
    const young = series([0, 0, 0, null], [0, 0, 0, null], [60, 0, 6, 1_000], [30, 0, 3, 1_000])
    // Half of the last bucket's two minutes have passed.
    expect(totalsOf(young, 7 * 60_000)).toMatchObject({
      measuredMinutes: 3,
      spanRate: { value: 30, course: [0, 0, 30, 30] },
    })
    // Six seconds of it.
    expect(totalsOf(young, 6.1 * 60_000).spanRate.course).toEqual([0, 0, 30, null])
    expect(totalsOf(series([12, 0, 1, 1_000]), 6_000)).toMatchObject({ spanRate: { value: 12 } })
  })

  it('has no average without spans', () => {
    expect(totalsOf(series(), later)).toMatchObject({
      spanRate: { value: 0 },
      duration: { value: null },
      errorShare: null,
    })
  })
})
