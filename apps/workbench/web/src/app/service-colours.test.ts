import { describe, expect, it } from 'vitest'
import { serviceColours } from './service-colours.ts'

const thousand = Array.from({ length: 1000 }, (_, index) => `service-${index}`)

/** A browser's storage, with what is in it at first. */
function memory(text: string | null = null) {
  let kept = text
  return {
    getItem: () => kept,
    setItem: (_key: string, value: string) => {
      kept = value
    },
  }
}

describe('serviceColours', () => {
  it('gives ten services ten hues', () => {
    const hues = serviceColours(thousand.slice(0, 10), memory())
    expect(new Set(hues.values()).size).toBe(10)
  })

  it('does not depend on the order in which services come', () => {
    const ten = thousand.slice(0, 10)
    expect(serviceColours(ten, memory())).toEqual(serviceColours([...ten, ...ten].reverse(), memory()))
  })

  it('keeps the hue of a service on other screens, whoever is shown beside it', () => {
    const storage = memory()
    const before = serviceColours(['gateway'], storage).get('gateway')
    for (const name of thousand.slice(0, 20))
      expect(serviceColours([name, 'gateway'], storage).get('gateway')).toBe(before)
    const all = serviceColours(thousand.slice(0, 20), storage)
    for (const name of thousand.slice(0, 20))
      expect(serviceColours([name], storage).get(name)).toBe(all.get(name))
  })

  it('has a hue for each of a thousand services, and the same the next time', () => {
    const storage = memory()
    const hues = serviceColours(thousand, storage)
    expect(hues.size).toBe(1000)
    expect([...hues.values()].every((hue) => hue >= 0 && hue < 10)).toBe(true)
    expect(serviceColours(thousand, storage)).toEqual(hues)
  })

  it('begins anew where the storage holds something else', () => {
    expect(serviceColours(['gateway'], memory('{')).size).toBe(1)
  })
})
