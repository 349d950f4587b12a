import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AttributeCache } from './attribute-cache.ts'
import { ByteText } from './byte-text.ts'

const read = (cache: AttributeCache, key: Buffer, text: Buffer) => {
  const source = new ByteText(Buffer.concat([key, Buffer.from('="'), text, Buffer.from('after')]))
  const start = key.length + 2
  return cache.read(source, 0, key.length, start, start + text.length)
}

describe('AttributeCache', () => {
  it('always gives the attribute that is there, whatever it has seen before', () => {
    const cache = new AttributeCache()
    // Few letters, so that attributes meet in one slot; invalid UTF-8 among them, of the same length as valid texts.
    const bytes = fc
      .array(fc.constantFrom(0x61, 0x62, 0xe9, 0xc3, 0xa9, 0xff), { maxLength: 110 })
      .map((all) => Buffer.from(all))
    fc.assert(
      fc.property(bytes, bytes, (key, text) => {
        for (let again = 0; again < 4; again++) {
          expect(read(cache, key, text)).toEqual({
            key: key.toString(),
            value: { type: 'string', value: text.toString() },
          })
        }
      }),
      { numRuns: 5000 },
    )
  })

  it('gives one object for an attribute that repeats', () => {
    const cache = new AttributeCache()
    const again = () => read(cache, Buffer.from('http.request.method'), Buffer.from('GET'))
    again()
    again()
    expect(again()).toBe(again())
  })

  it('tells attributes apart that share a slot', () => {
    const cache = new AttributeCache()
    // The slot comes from samples: these differ only where none is taken.
    const texts = ['aaXaaaaaaaaaaaaa', 'aaYaaaaaaaaaaaaa']
    for (const text of [...texts, ...texts, ...texts, ...texts]) {
      expect(read(cache, Buffer.from('key'), Buffer.from(text)).value.value).toBe(text)
      expect(read(cache, Buffer.from(text), Buffer.from('text')).key).toBe(text)
    }
  })
})
