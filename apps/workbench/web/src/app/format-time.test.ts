import { describe, expect, it } from 'vitest'
import { exactTime, timeAgo } from './format-time.ts'

describe('exactTime', () => {
  it('keeps all nine digits', () => {
    expect(exactTime('1763842002418000007')).toBe('2025-11-22T20:06:42.418000007Z')
    expect(exactTime('1763842002000000007')).toBe('2025-11-22T20:06:42.000000007Z')
  })
})

describe('timeAgo', () => {
  const now = 1_763_842_002_000
  const before = (seconds: number) => String(BigInt(now - seconds * 1000) * 1_000_000n)

  it.each([
    [0, 'just now'],
    [8, '8 s ago'],
    [130, '2 min ago'],
    [7_300, '2 h ago'],
    [200_000, '2 d ago'],
    [-2, 'in 2 s'],
  ])('says %d seconds ago as %s', (seconds, text) => {
    expect(timeAgo(before(seconds), now)).toBe(text)
  })
})
