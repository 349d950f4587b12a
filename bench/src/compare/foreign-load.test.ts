import { describe, expect, it } from 'vitest'
import { foreignLoad, machineTime } from './foreign-load.ts'

const stat = (user: number, system: number, steal: number) =>
  `cpu  ${user} 100 ${system} 900000 5000 7 3 ${steal} 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n`

describe('machineTime', () => {
  it('adds up what processors were busy with, idling and waiting left out', () => {
    expect(machineTime(stat(1000, 500, 40))).toEqual({ busy: 16.1, stolen: 0.4 })
  })
})

describe('foreignLoad', () => {
  const before = machineTime(stat(1000, 500, 0))

  it('is what is neither the measured process nor the measuring one, and what the host took', () => {
    const after = machineTime(stat(1500, 600, 100))
    expect(foreignLoad(before, after, 4, 2)).toBeCloseTo(1.5)
  })

  it('is not below zero when clocks round differently', () => {
    expect(foreignLoad(before, before, 0.1, 2)).toBe(0)
  })
})
