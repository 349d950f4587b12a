import { describe, expect, it } from 'vitest'
import { formatGoDuration, parseGoDuration } from './go-duration.ts'

describe('formatGoDuration', () => {
  // Mostly those of the tests of Go's package time.
  it.each([
    [0n, '0s'],
    [1n, '1ns'],
    [1_100n, '1.1µs'],
    [41_500n, '41.5µs'],
    [2_200_000n, '2.2ms'],
    [182_798_961n, '182.798961ms'],
    [999_999_999n, '999.999999ms'],
    [3_300_000_000n, '3.3s'],
    [60_000_000_000n, '1m0s'],
    [245_000_000_000n, '4m5s'],
    [245_001_000_000n, '4m5.001s'],
    [18_367_001_000_000n, '5h6m7.001s'],
    [480_000_000_001n, '8m0.000000001s'],
    [9_223_372_036_854_775_807n, '2562047h47m16.854775807s'],
    [-9_223_372_036_854_775_808n, '-2562047h47m16.854775808s'],
  ])('writes %d ns as %s', (nanos, text) => {
    expect(formatGoDuration(nanos)).toBe(text)
  })
})

describe('parseGoDuration', () => {
  it.each([
    ['0', 0n],
    ['0s', 0n],
    ['250ms', 250_000_000n],
    ['1.5s', 1_500_000_000n],
    ['2m', 120_000_000_000n],
    ['1h2m3.5s', 3_723_500_000_000n],
    ['41.5µs', 41_500n],
    ['41.5us', 41_500n],
    ['0.000000001s', 1n],
  ])('reads %s', (text, nanos) => {
    expect(parseGoDuration(text)).toBe(nanos)
  })

  it.each(['', '5', 's', '-1s', '1.s', '.5s', '1 s', '1d', '1e3s', 'Infinity'])(
    'does not take %j',
    (text) => {
      expect(parseGoDuration(text)).toBeUndefined()
    },
  )
})
