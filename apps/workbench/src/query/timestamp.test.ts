import { describe, expect, it } from 'vitest'
import { formatTimestamp, parseTimestamp } from './timestamp.ts'

describe('formatTimestamp', () => {
  it.each([
    [0n, '1970-01-01T00:00:00.000000000Z'],
    [1_781_867_036_470_878_809n, '2026-06-19T11:03:56.470878809Z'],
    [2n ** 64n - 1n, '2554-07-21T23:34:33.709551615Z'],
  ])('writes %d', (nanos, text) => {
    expect(formatTimestamp(nanos)).toBe(text)
  })
})

describe('parseTimestamp', () => {
  it.each([
    ['2026-06-19T11:03:56.470878809Z', 1_781_867_036_470_878_809n],
    ['2026-06-19t11:03:56z', 1_781_867_036_000_000_000n],
    ['2026-06-19T13:03:56.5+02:00', 1_781_867_036_500_000_000n],
    ['1781867036470878809', 1_781_867_036_470_878_809n],
    ['0', 0n],
    ['18446744073709551615', 2n ** 64n - 1n],
  ])('reads %s', (text, nanos) => {
    expect(parseTimestamp(text)).toBe(nanos)
  })

  it.each([
    '',
    'now',
    '-1',
    '18446744073709551616',
    '2026-06-19',
    '2026-06-19T11:03:56',
    '2026-02-30T11:03:56Z',
    '2026-06-19T25:03:56Z',
    '2026-06-19T11:03:56+99:00',
    '1969-12-31T23:59:59Z',
    '1.5',
  ])('does not take %j', (text) => {
    expect(parseTimestamp(text)).toBeUndefined()
  })
})
