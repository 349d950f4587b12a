import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteText } from './byte-text.ts'
import { TextCache } from './text-cache.ts'

describe('TextCache', () => {
  it('always gives the text that is there, whatever it has seen before', () => {
    const cache = new TextCache()
    // Few letters, so that texts meet in one slot; invalid UTF-8 among them, of the same length as valid texts.
    const bytes = fc.array(fc.constantFrom(0x61, 0x62, 0xe9, 0xc3, 0xa9, 0xff), { maxLength: 70 })
    fc.assert(
      fc.property(bytes, fc.nat(3), (all, offset) => {
        const buffer = Buffer.concat([Buffer.alloc(offset), Buffer.from(all), Buffer.from('after')])
        const end = offset + all.length
        for (let again = 0; again < 2; again++) {
          expect(cache.read(new ByteText(buffer), offset, end)).toBe(buffer.toString('utf8', offset, end))
        }
      }),
      { numRuns: 5000 },
    )
  })

  it('tells texts apart that share a slot', () => {
    const cache = new TextCache()
    // The slot comes from samples: these differ only where none is taken.
    const texts = ['aaXaaaaaaaaaaaaa', 'aaYaaaaaaaaaaaaa']
    for (const text of [...texts, ...texts]) {
      expect(cache.read(new ByteText(Buffer.from(text)), 0, text.length)).toBe(text)
    }
  })
})
