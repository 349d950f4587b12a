import { describe, expect, it } from 'vitest'
import { formatDuration } from './format-duration.ts'

describe('formatDuration', () => {
  it.each([
    [0, '0 ns'],
    [1, '1 ns'],
    [640, '640 ns'],
    [999.6, '1 µs'],
    [1_500, '1.5 µs'],
    [99_960, '100 µs'],
    [12_345_678, '12.3 ms'],
    [100_000_000, '100 ms'],
    [999_600_000, '1 s'],
    [1_254_000_000, '1.25 s'],
    [59_999_000_000, '1 min'],
    [125e9, '2 min 5 s'],
    [12_000e9, '3 h 20 min'],
    [352_800e9, '4 d 2 h'],
    [-1_500_000, '−1.5 ms'],
  ])('says %d ns as %s', (nanos, text) => {
    expect(formatDuration(nanos)).toBe(text)
  })
})
