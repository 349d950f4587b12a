import { describe, expect, it } from 'vitest'
import { type RateSample, rateOf, withSample } from './arrival-rate.ts'

const seen = (...counts: number[]) =>
  counts.reduce<readonly RateSample[]>(
    (samples, count, second) => withSample(samples, second * 1_000, count),
    [],
  )

describe('rateOf', () => {
  it('tells arrivals per second', () => {
    expect(rateOf(seen(0, 1_000, 4_000))).toBe(2_000)
  })

  it('forgets what is longer ago than five seconds', () => {
    expect(rateOf(seen(0, 9_000, 9_000, 9_000, 9_000, 9_000, 9_000))).toBe(0)
  })

  it('tells nothing within the first second', () => {
    expect(rateOf(seen())).toBeNull()
    expect(rateOf(seen(5))).toBeNull()
  })
})

describe('withSample', () => {
  it('begins anew when the count does', () => {
    expect(seen(10, 20, 3)).toEqual([{ millis: 2_000, count: 3 }])
  })

  it('keeps no more samples than a window has', () => {
    expect(seen(...Array.from({ length: 1_000 }, (_, index) => index))).toHaveLength(6)
  })
})
