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

describe('totalsOf', () => {
  it('adds up, per minute where it says so, and weighs averages by their spans', () => {
    expect(totalsOf(series([30, 1, 5, 1_000], [10, 0, 2, 5_000], [0, 0, 0, null], [0, 0, 0, null]))).toEqual({
      traces: { value: 7, course: [5, 2, 0, 0] },
      spanRate: { value: 5, course: [15, 5, 0, 0] },
      spanCount: 40,
      duration: { value: 2_000, course: [1_000, 5_000, null, null] },
      errors: { value: 1, course: [1, 0, 0, 0] },
      errorShare: 1 / 40,
    })
  })

  it('has no average without spans', () => {
    expect(totalsOf(series())).toMatchObject({
      spanRate: { value: 0 },
      duration: { value: null },
      errorShare: null,
    })
  })
})
