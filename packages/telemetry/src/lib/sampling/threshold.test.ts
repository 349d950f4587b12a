import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isKept, thresholdOf } from './threshold.ts'

const probabilities = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  // As many small ones of every magnitude.
  fc.double({ min: 0, max: 56, noNaN: true }).map((exponent) => 2 ** -exponent),
)

/** What a threshold keeps, of 2⁵⁶ traces. */
function keptBy(threshold: string | undefined): bigint {
  return threshold === undefined ? 0n : 2n ** 56n - BigInt(`0x${threshold.padEnd(14, '0')}`)
}

describe('thresholdOf', () => {
  // The table of the specification, precisions 3, 4 and 5.
  it.each([
    [1, '0', '0', '0'],
    [1 / 2, '8', '8', '8'],
    [1 / 3, 'aab', 'aaab', 'aaaab'],
    [1 / 4, 'c', 'c', 'c'],
    [1 / 5, 'ccd', 'cccd', 'ccccd'],
    [1 / 8, 'e', 'e', 'e'],
    [1 / 10, 'e66', 'e666', 'e6666'],
    [1 / 16, 'f', 'f', 'f'],
    [1 / 100, 'fd71', 'fd70a', 'fd70a4'],
    [1 / 1000, 'ffbe7', 'ffbe77', 'ffbe76d'],
    [1 / 10_000, 'fff972', 'fff9724', 'fff97247'],
    [1 / 100_000, 'ffff584', 'ffff583a', 'ffff583a5'],
    [1 / 1_000_000, 'ffffef4', 'ffffef39', 'ffffef391'],
  ])('is what the specification has for %d', (probability, ...thresholds) => {
    expect([3, 4, 5].map((precision) => thresholdOf(probability, precision))).toEqual(thresholds)
    expect(thresholdOf(probability)).toBe(thresholds[1])
  })

  it('is exact to the last of its 56 bits where it is asked to be', () => {
    expect(thresholdOf(2 ** -56, 14)).toBe('ffffffffffffff')
    expect(thresholdOf(3 * 2 ** -56, 14)).toBe('fffffffffffffd')
    expect(thresholdOf(1 - 2 ** -53, 14)).toBe('00000000000008')
    expect(thresholdOf(0.1, 14)).toBe('e6666666666666')
  })

  it('is 0, which drops none, for what its precision cannot tell from 1', () => {
    expect(thresholdOf(0.999_99)).toBe('0001')
    expect(thresholdOf(0.999_999)).toBe('0')
  })

  it('is none for what 56 bits cannot tell from 0', () => {
    expect(thresholdOf(2 ** -56)).toBe('ffffffffffffff')
    expect(thresholdOf(2 ** -58)).toBeUndefined()
    expect(thresholdOf(0)).toBeUndefined()
  })

  it('is 1 to 14 digits without zeros at the end, of the probability to within 1 in 8,192', () => {
    fc.assert(
      fc.property(probabilities, (probability) => {
        const threshold = thresholdOf(probability)
        if (threshold === undefined) return probability < 2 ** -56
        expect(threshold).toMatch(/^(0|[\da-f]{0,13}[1-9a-f])$/)
        const met = Number(keptBy(threshold)) / 2 ** 56
        // Where probabilities are so small that 56 bits are not many, half of one bit.
        return Math.abs(met / probability - 1) <= Math.max(1 / 8192, 2 ** -57 / probability)
      }),
      { seed: 235, numRuns: 20_000 },
    )
  })

  it('is never higher for a higher probability: equal or larger ratios keep a superset', () => {
    fc.assert(
      fc.property(probabilities, probabilities, (one, other) => {
        return keptBy(thresholdOf(Math.min(one, other))) <= keptBy(thresholdOf(Math.max(one, other)))
      }),
      { seed: 235, numRuns: 20_000 },
    )
  })
})

describe('isKept', () => {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 14, maxLength: 14 })

  it('compares as 56-bit numbers, a threshold with zeros at its end left out', () => {
    const near = digits.chain((randomness) => {
      const shorter = fc.integer({ min: 1, max: 14 }).map((length) => randomness.slice(0, length))
      return fc.tuple(fc.constant(randomness), fc.oneof(digits, shorter))
    })
    fc.assert(
      fc.property(near, ([randomness, threshold]) => {
        const number = BigInt(`0x${threshold.padEnd(14, '0')}`)
        return isKept(randomness, threshold) === BigInt(`0x${randomness}`) >= number
      }),
      { seed: 235, numRuns: 20_000 },
    )
  })

  it('keeps a trace exactly at the threshold, and drops the one before it', () => {
    expect(isKept('c0000000000000', 'c')).toBe(true)
    expect(isKept('bfffffffffffff', 'c')).toBe(false)
    expect(isKept('00000000000000', '0')).toBe(true)
  })
})
