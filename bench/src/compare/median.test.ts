import { describe, expect, it } from 'vitest'
import { median, quantile } from './median.ts'

describe('median', () => {
  it.each([
    [[9, 1, 5], 5],
    [[9, 1, 5, 7], 6],
    [[3], 3],
    [[], undefined],
  ])('of %j is %j', (values, expected) => {
    expect(median(values)).toBe(expected)
  })
})

describe('quantile', () => {
  it('is the smallest value that the share does not exceed', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index)
    expect(quantile(values, 0.99)).toBe(198)
    expect(quantile(values, 1)).toBe(200)
    expect(quantile([7], 0.5)).toBe(7)
    expect(quantile([], 0.5)).toBeUndefined()
  })
})
