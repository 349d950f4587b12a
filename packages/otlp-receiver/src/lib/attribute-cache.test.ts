import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AttributeCache } from './attribute-cache.ts'
import { ByteText } from './byte-text.ts'
import type { KeyValue } from './model/any-value.ts'
import { sharedAttributeSlots, sharedSlotOf } from './model/shared-attribute.ts'

type Owner = { readonly key: string }

const owners: readonly Owner[] = [{ key: 'a' }, { key: 'b' }]
const owner = { key: 'http.request.method' }

/** What a decoder does with one attribute, whose bytes are here its value alone. */
const read = (cache: AttributeCache<Owner>, of: Owner, value: string, hash: number): KeyValue => {
  const source = new ByteText(Buffer.from(`before ${value} behind`))
  const start = 'before '.length
  const end = source.bytes.length - ' behind'.length
  const made: KeyValue = { key: of.key, value: { type: 'string', value } }
  return cache.find(source, start, end, of, hash) ?? cache.offer(source, start, end, of, hash, made)
}

describe('AttributeCache', () => {
  it('always gives the attribute that is there, whatever it has seen before', () => {
    const cache = new AttributeCache<Owner>()
    const value = fc.string({ unit: fc.constantFrom('a', 'b', 'é'), maxLength: 110 })
    fc.assert(
      // Few hashes, so that attributes meet in one slot.
      fc.property(fc.constantFrom(...owners), value, fc.nat(3), (of, each, hash) => {
        for (let again = 0; again < 4; again++)
          expect(read(cache, of, each, hash)).toEqual({ key: of.key, value: { type: 'string', value: each } })
      }),
      { numRuns: 5000 },
    )
  })

  it('gives one object for an attribute that repeats', () => {
    const cache = new AttributeCache<Owner>()
    const again = () => read(cache, owner, 'GET', 7)
    again()
    again()
    expect(again()).toBe(again())
  })

  it('keeps whom it has until another comes twice in a row', () => {
    const cache = new AttributeCache<Owner>()
    const slot = 7
    read(cache, owner, 'GET', slot)
    const kept = read(cache, owner, 'GET', slot)
    // Others that meet in its slot, each once.
    for (let other = 1; other < 5; other++)
      read(cache, owner, `id ${other}`, slot + other * sharedAttributeSlots)
    expect(read(cache, owner, 'GET', slot)).toBe(kept)
    for (let again = 0; again < 2; again++) read(cache, owner, 'POST', slot + sharedAttributeSlots)
    expect(read(cache, owner, 'GET', slot)).not.toBe(kept)
  })

  it('guesses only what begins there as a whole', () => {
    const cache = new AttributeCache<Owner>()
    for (let again = 0; again < 2; again++) read(cache, owner, 'GET"', 7)
    const guess = (text: string, of = owner) =>
      cache.guess(new ByteText(Buffer.from(text)), 0, of, 7)?.value.value
    expect(guess('GET" and more')).toBe('GET"')
    expect([guess('GET'), guess('GETS"'), guess('GET"', { key: 'other' })]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('numbers what it shares, and nothing else', () => {
    const cache = new AttributeCache<Owner>()
    const hash = sharedAttributeSlots + 7
    expect(sharedSlotOf(read(cache, owner, 'GET', hash))).toBe(-1)
    expect(sharedSlotOf(read(cache, owner, 'GET', hash))).toBe(7)
    const long = 'x'.repeat(193)
    for (let again = 0; again < 3; again++) expect(sharedSlotOf(read(cache, owner, long, 9))).toBe(-1)
  })
})
