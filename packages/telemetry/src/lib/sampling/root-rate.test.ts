import { describe, expect, it } from 'vitest'
import { RootRate } from './root-rate.ts'

/** The probabilities of so many roots, evenly spread over each of several seconds, added up second by second. */
function keptPerSecond(limit: number, arrivals: readonly number[]): number[] {
  let now = 0
  const rate = new RootRate(limit, () => now)
  return arrivals.map((count, second) => {
    let kept = 0
    for (let root = 0; root < count; root += 1) {
      now = second * 1000 + Math.floor((root * 1000) / count)
      kept += rate.next()
    }
    return kept
  })
}

describe('RootRate', () => {
  it('lets all through while they are fewer than the limit', () => {
    expect(keptPerSecond(100, [1, 40, 100, 99])).toEqual([1, 40, 100, 99])
  })

  it('holds a steady stream to the limit from its second second on', () => {
    const [first, ...later] = keptPerSecond(100, [10_000, 10_000, 10_000])
    // The first is a burst out of nothing: 100 × (1 + ln 100), as nobody knows yet that more are to come.
    expect(first).toBeCloseTo(100 * (1 + Math.log(100)), -1)
    for (const kept of later) expect(kept).toBeCloseTo(100, 6)
  })

  it('opens again when fewer come, a second later', () => {
    const [, , falling, low] = keptPerSecond(100, [1000, 1000, 50, 50])
    expect(falling).toBeCloseTo(5, 6)
    expect(low).toBe(50)
  })

  it('forgets what was before a pause', () => {
    let now = 0
    const rate = new RootRate(1, () => now)
    expect([rate.next(), rate.next()]).toEqual([1, 0.5])
    now = 1999
    expect(rate.next()).toBe(0.5)
    now = 4000
    expect(rate.next()).toBe(1)
  })

  it('keeps the seconds where they began, however roots are spread over them', () => {
    let now = 500
    const rate = new RootRate(1, () => now)
    now = 1499
    rate.next()
    rate.next()
    now = 1500
    expect(rate.next()).toBe(0.5)
    now = 2499
    rate.next()
    expect(rate.next()).toBeCloseTo(1 / 3)
  })

  it('takes limits below one root in a second', () => {
    expect(new RootRate(0.1, () => 0).next()).toBe(0.1)
  })
})
