import { describe, expect, it } from 'vitest'
import { KnownAttribute, KnownAttributes } from './known-attributes.ts'
import { RequestBytes } from './request-bytes.ts'

const bytesOf = (text: string) => Buffer.from(text)

describe('KnownAttributes', () => {
  it('keeps 1024 names, and forgets all for the next', () => {
    const known = new KnownAttributes(bytesOf)
    const first = known.get('0')
    for (let key = 1; key < 1024; key++) known.get(`${key}`)
    const last = known.get('1023')
    expect(known.get('0')).toBe(first)
    known.get('one more')
    expect(known.get('0')).not.toBe(first)
    expect(known.get('1023')).not.toBe(last)
  })

  it('keeps no name of more than 128 characters', () => {
    const known = new KnownAttributes(bytesOf)
    expect(known.get('k'.repeat(128))).toBe(known.get('k'.repeat(128)))
    expect(known.get('k'.repeat(129))).not.toBe(known.get('k'.repeat(129)))
  })
})

describe('KnownAttribute', () => {
  /** Writes a value as an encoder does, and tells whether it was kept. */
  function writer(): (value: unknown) => boolean {
    const attribute = new KnownAttribute(bytesOf('key'))
    const out = new RequestBytes()
    return (value) => {
      const whole = attribute.find(value)
      if (whole !== undefined) {
        expect(Buffer.from(whole).toString()).toBe(String(value))
        return true
      }
      const from = out.length
      out.raw(bytesOf(String(value)))
      attribute.note(value, out, from)
      return false
    }
  }

  it('keeps a value that came twice in a row, also when others came between', () => {
    const isKept = writer()
    expect(['GET', 'POST', 'GET', 'POST'].map(isKept)).toEqual([false, false, false, false])
    expect(['GET', 'GET', 'GET', 'POST', 'GET'].map(isKept)).toEqual([false, false, true, false, true])
  })

  it('keeps eight values, and forgets all for the next', () => {
    const isKept = writer()
    const values = Array.from({ length: 8 }, (_, index) => `value ${index}`)
    for (const value of values) expect([isKept(value), isKept(value)]).toEqual([false, false])
    expect(values.map(isKept)).toEqual(values.map(() => true))
    expect([isKept('one more'), isKept('one more'), isKept('one more')]).toEqual([false, false, true])
    expect(values.map(isKept)).toEqual(values.map(() => false))
  })

  it.each([
    ['a list', []],
    ['long', 'x'.repeat(129)],
    ['not set', undefined],
    ['null', null],
  ])('keeps no value that is %s', (_, value) => {
    expect([1, 2, 3].map(() => value).map(writer())).toEqual([false, false, false])
  })
})
