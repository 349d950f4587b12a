import { describe, expect, it } from 'vitest'
import { nanosOfDuration, nanosOfTime } from './row-moments.ts'

describe('nanosOfTime', () => {
  it.each([
    ['2026-11-22T20:00:00Z', '1795377600000000000'],
    ['2026-11-22T20:00:00.5Z', '1795377600500000000'],
    ['2026-11-22T20:00:00.418000007Z', '1795377600418000007'],
    ['1970-01-01T00:00:00.000000001Z', '1'],
  ])('reads %s', (text, nanos) => {
    expect(nanosOfTime(text)).toBe(nanos)
  })
})

describe('nanosOfDuration', () => {
  it.each([
    ['0s', 0],
    ['0', 0],
    ['640ns', 640],
    ['1.5µs', 1_500],
    ['182.798961ms', 182_798_961],
    ['1h2m0.5s', 3_720.5e9],
    ['-1.5ms', -1_500_000],
  ])('reads %s', (text, nanos) => {
    expect(nanosOfDuration(text)).toBeCloseTo(nanos, 3)
  })

  it('reads nothing into what is no duration', () => {
    expect(nanosOfDuration('fast')).toBeNaN()
  })
})
