import { describe, expect, it } from 'vitest'
import { labelPlace, labelRoom } from './label-place.ts'

const axis = { width: 400, beyond: 90 }

describe('labelPlace', () => {
  it('is behind the bar while there is room, into the margin too', () => {
    expect(labelPlace(80, { from: 0, to: 100 }, axis)).toBe('after')
    expect(labelPlace(80, { from: 0, to: 400 }, axis)).toBe('after')
  })

  it('is before a bar at the end whose label is long', () => {
    expect(labelPlace(140, { from: 200, to: 400 }, axis)).toBe('before')
  })

  it('is on a bar that leaves room nowhere', () => {
    expect(labelPlace(140, { from: 0, to: 400 }, axis)).toBe('upon')
  })
})

describe('labelRoom', () => {
  it('grows with every word and chip', () => {
    expect(labelRoom(['12 ms'])).toBe(49)
    expect(labelRoom(['12 ms', 'SLOW'])).toBe(49 + 28 + 12)
  })
})
