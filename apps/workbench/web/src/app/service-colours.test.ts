import { describe, expect, it } from 'vitest'
import { serviceColours } from './service-colours.ts'

const thousand = Array.from({ length: 1000 }, (_, index) => `service-${index}`)

describe('serviceColours', () => {
  it('gives ten services ten hues', () => {
    expect(new Set(serviceColours(thousand.slice(0, 10)).values()).size).toBe(10)
  })

  it('does not depend on the order in which services come', () => {
    const ten = thousand.slice(0, 10)
    expect(serviceColours(ten)).toEqual(serviceColours([...ten, ...ten].reverse()))
  })

  it('has a hue for each of a thousand services', () => {
    const hues = serviceColours(thousand)
    expect(hues.size).toBe(1000)
    expect([...hues.values()].every((hue) => hue >= 0 && hue < 10)).toBe(true)
  })
})
