import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteText } from '../byte-text.ts'
import { MemberNames } from './member-names.ts'

describe('MemberNames', () => {
  it('foretells nothing but the name that is there, in whatever order names come', () => {
    const names = new MemberNames()
    // Names that begin alike, one that is not ASCII, one that objects have anyway.
    const name = fc.constantFrom('a', 'ab', 'abc', 'abcd', 'abcde', 'é', '__proto__', 'x'.repeat(65))
    fc.assert(
      fc.property(fc.array(name, { maxLength: 20 }), (sequence) => {
        for (const there of sequence) {
          const source = new ByteText(Buffer.from(`"${there}":1`))
          const foretold = names.foretell(source, 1)
          expect(foretold ?? names.learn(there)).toBe(there)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('foretells what followed a name before', () => {
    const names = new MemberNames()
    const next = (name: string) => {
      const foretold = names.foretell(new ByteText(Buffer.from(`"${name}":1`)), 1)
      if (foretold === undefined) names.learn(name)
      return foretold
    }
    for (const name of ['key', 'value', 'stringValue', 'key', 'value', 'intValue']) next(name)
    expect(['key', 'value', 'stringValue', 'key', 'value', 'intValue'].map(next)).toEqual([
      undefined,
      'value',
      'stringValue',
      'key',
      'value',
      'intValue',
    ])
  })

  it('says nothing where the body ends within the name', () => {
    const names = new MemberNames()
    names.learn('a')
    names.learn('a')
    expect(names.foretell(new ByteText(Buffer.from('"a')), 1)).toBeUndefined()
  })
})
