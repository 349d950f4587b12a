import { describe, expect, it } from 'vitest'
import { ratioInterval } from './ratio-interval.ts'

/** Sets of 200 values that go up in equal steps, to what each set is given. */
const upTo = (...tops: readonly number[]) =>
  tops.map((top) => Array.from({ length: 200 }, (_, index) => (top * (index + 1)) / 200))

describe('ratioInterval', () => {
  it('is one ratio where all sets are alike', () => {
    const [low, high] = ratioInterval(upTo(3, 3, 3), upTo(2, 2, 2), 0.99)
    expect([low, high]).toEqual([expect.closeTo(1.5, 3), expect.closeTo(1.5, 3)])
  })

  it('holds the ratio of all sets, and is wider the further they are apart', () => {
    const base = upTo(10, 10, 10, 10, 10, 10, 10, 10)
    const near = ratioInterval(upTo(9, 10, 11, 9, 10, 11, 9, 11), base, 0.5)
    const far = ratioInterval(upTo(5, 10, 15, 5, 10, 15, 5, 15), base, 0.5)
    for (const [low, high] of [near, far]) {
      expect(low).toBeLessThan(1)
      expect(high).toBeGreaterThan(1)
    }
    expect(far[1] - far[0]).toBeGreaterThan(3 * (near[1] - near[0]))
  })

  it('takes what both share in a set for no difference between them', () => {
    const minutes = [1, 2, 4, 8, 16]
    const [low, high] = ratioInterval(upTo(...minutes.map((slow) => slow * 1.1)), upTo(...minutes), 0.9)
    expect([low, high]).toEqual([expect.closeTo(1.1, 3), expect.closeTo(1.1, 3)])
  })

  it('is the same each time', () => {
    const sets = [upTo(1, 2, 3), upTo(2, 2, 2)] as const
    expect(ratioInterval(...sets, 0.99)).toEqual(ratioInterval(...sets, 0.99))
  })
})
