import { describe, expect, it } from 'vitest'
import { readTrail, trailTo } from './trail.ts'

const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(32)) as [string, string, string]

describe('trailTo', () => {
  it('remembers the trace that is left', () => {
    expect(trailTo(b, a, [])).toBe(a)
    expect(trailTo(c, b, [a])).toBe(`${a},${b}`)
  })

  it('goes back rather than in circles', () => {
    expect(trailTo(a, c, [a, b])).toBeNull()
    expect(trailTo(b, c, [a, b])).toBe(a)
  })

  it('keeps the eight latest', () => {
    const many = Array.from({ length: 12 }, (_, index) => index.toString(16).repeat(32))
    expect(trailTo(a, b, many)?.split(',')).toHaveLength(8)
  })
})

describe('readTrail', () => {
  it('leaves out what is no trace id', () => {
    expect(readTrail(new URLSearchParams(`via=${a},javascript:alert(1),${b}`))).toEqual([a, b])
  })
})
