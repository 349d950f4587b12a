import { describe, expect, it } from 'vitest'
import { timeTicks } from './time-ticks.ts'

describe('timeTicks', () => {
  it('picks round times', () => {
    expect(timeTicks(0, 21.4e6, 5)).toEqual([0, 5e6, 10e6, 15e6, 20e6])
    expect(timeTicks(130, 470, 4)).toEqual([200, 300, 400])
  })

  it('picks whole minutes and hours where seconds would be none', () => {
    expect(timeTicks(0, 240e9, 4)).toEqual([0, 60e9, 120e9, 180e9, 240e9])
    expect(timeTicks(0, 2 * 3_600e9, 2)).toEqual([0, 3_600e9, 7_200e9])
  })

  it('is never more than twice what was wanted, over whatever time', () => {
    for (let length = 1; length < 1e18; length *= 3.7)
      expect(timeTicks(0, length, 6).length).toBeLessThanOrEqual(12)
  })

  it('has one tick where there is no time', () => {
    expect(timeTicks(7, 7, 5)).toEqual([7])
  })
})
