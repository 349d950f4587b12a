import { describe, expect, it } from 'vitest'
import { wholeNumberParameter } from './whole-number-parameter.ts'

const count = { name: 'count', min: 1, max: 128, fallback: 3, without: 'for 3' }

describe('wholeNumberParameter', () => {
  it.each([
    ['1', 1],
    ['128', 128],
    [undefined, 3],
  ])('takes %j for %d', (value, number) => {
    expect(wholeNumberParameter({ count: value }, count)).toBe(number)
  })

  it('takes 0 where it is allowed', () => {
    expect(wholeNumberParameter({ count: '0' }, { ...count, min: 0 })).toBe(0)
  })

  it.each(['', '0', '129', '01', '-1', '1.5', '1e2', '0x1', ' 1', '٣', ['1', '2'], { a: '1' }])(
    'refuses %j, with the bounds and what leaving it out means',
    (value) => {
      expect(() => wholeNumberParameter({ count: value }, count)).toThrow(
        expect.objectContaining({
          status: 400,
          code: 'invalid_count',
          message: `count: expected one whole number from 1 to 128, received ${JSON.stringify(value)}. Leave it out for 3.`,
        }),
      )
    },
  )

  it('repeats no more than the beginning of a long value', () => {
    expect(() => wholeNumberParameter({ count: '9'.repeat(5000) }, count)).toThrow(
      `received "${'9'.repeat(39)}…. Leave it out`,
    )
  })
})
