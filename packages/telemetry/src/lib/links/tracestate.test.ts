import { createTraceState } from '@opentelemetry/api'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatTraceState, parseTraceState } from './tracestate.ts'

const members = (count: number) => Array.from({ length: count }, (_, index) => `m${index}=${index}`)

const KEY_CHARS = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/@'
const VALUE_CHARS = Array.from({ length: 0x7e - 0x20 + 1 }, (_, index) => String.fromCharCode(0x20 + index))
  .filter((char) => char !== ',' && char !== '=')
  .join('')

describe('parseTraceState', () => {
  it('reads a list, leftmost first', () => {
    const traceState = parseTraceState('rojo=00f067aa0ba902b7,congo=t61rcWkgMzE')
    expect(traceState?.get('rojo')).toBe('00f067aa0ba902b7')
    expect(traceState?.get('congo')).toBe('t61rcWkgMzE')
    expect(traceState?.get('toString')).toBeUndefined()
    expect(traceState?.serialize()).toBe('rojo=00f067aa0ba902b7,congo=t61rcWkgMzE')
  })

  it('folds several values into one list, in their order', () => {
    expect(parseTraceState(['foo=1,bar=2', 'rojo=1', '', 'baz=3'])?.serialize()).toBe(
      'foo=1,bar=2,rojo=1,baz=3',
    )
  })

  it('skips spaces and tabs around members, and empty members', () => {
    expect(parseTraceState(' \t, foo=1 \t , \t bar=2,,\t')?.serialize()).toBe('foo=1,bar=2')
  })

  it('keeps spaces at the start of a value and within it', () => {
    expect(parseTraceState('foo=  a b ')?.get('foo')).toBe('  a b')
  })

  it('keeps the leftmost of several members with one key', () => {
    expect(parseTraceState('foo=1,bar=2,foo=3')?.serialize()).toBe('foo=1,bar=2')
  })

  it.each(['', ' ', ',', ' ,\t,'])('is nothing for the empty list %j', (value) => {
    expect(parseTraceState(value)).toBeUndefined()
    expect(parseTraceState([value, value])).toBeUndefined()
  })

  it.each([
    ['one character', 'a=1'],
    ['a leading digit', '1st=1'],
    ['every character', `a${KEY_CHARS}=1`],
    ['at signs anywhere but first', 'foo@=1,foo@@bar=1,a@b@c=1'],
    ['256 characters', `${'z'.repeat(256)}=1`],
  ])('accepts a key of %s', (_, value) => {
    expect(parseTraceState(value)?.serialize()).toBe(value)
  })

  it.each([
    ['no character', '=1'],
    ['an upper-case letter', 'FOO=1'],
    ['a dot', 'foo.bar=1'],
    ['a space at its end', 'foo =1'],
    ['an at sign first', '@foo=1'],
    ['an underscore first', '_foo=1'],
    ['257 characters', `${'z'.repeat(257)}=1`],
  ])('drops the whole list for a key of %s', (_, member) => {
    expect(parseTraceState(`ok=1,${member}`)).toBeUndefined()
    expect(parseTraceState([member, 'ok=1'])).toBeUndefined()
  })

  it.each([
    ['every character', `foo=${VALUE_CHARS}`],
    ['256 characters', `foo=${'v'.repeat(256)}`],
    ['256 characters that start with spaces', `foo=${' '.repeat(255)}v`],
  ])('accepts a value of %s', (_, value) => {
    expect(parseTraceState(value)?.serialize()).toBe(value)
  })

  it.each([
    ['no equals sign', 'foo'],
    ['an empty value', 'foo='],
    ['a value of spaces', 'foo=  '],
    ['two equals signs', 'foo=bar=baz'],
    ['a value of 257 characters', `foo=${'v'.repeat(257)}`],
    ['a tab in the value', 'foo=a\tb'],
    ['a newline after the value', 'foo=a\n'],
    ['a no-break space after the value', 'foo=a\u00a0'],
    ['a letter beyond ASCII', 'foo=é'],
  ])('drops the whole list for %s', (_, member) => {
    expect(parseTraceState(`ok=1,${member}`)).toBeUndefined()
  })

  it('accepts 32 members and empty ones beside them, and drops a list of 33', () => {
    expect(parseTraceState(`,${members(32).join(',')},`)?.serialize()).toBe(members(32).join(','))
    expect(parseTraceState(members(33).join(','))).toBeUndefined()
    expect(parseTraceState([members(32).join(','), 'm0=0'])).toBeUndefined()
  })

  it('keeps a list longer than 512 characters whole', () => {
    const value = Array.from({ length: 32 }, (_, index) => `k${index}=${'v'.repeat(256)}`).join(',')
    expect(parseTraceState(value)?.serialize()).toBe(value)
  })

  it('puts a new or changed member first and leaves the original as it was', () => {
    const original = parseTraceState('a=1,b=2,c=3')
    expect(original?.set('b', '9').serialize()).toBe('b=9,a=1,c=3')
    expect(original?.set('d', '4').serialize()).toBe('d=4,a=1,b=2,c=3')
    expect(original?.unset('b').serialize()).toBe('a=1,c=3')
    expect(original?.serialize()).toBe('a=1,b=2,c=3')
  })

  it('does not take over an invalid key or value', () => {
    const original = parseTraceState('a=1')
    expect(original?.set('B', '1').serialize()).toBe('a=1')
    expect(original?.set('b', 'x,y').serialize()).toBe('a=1')
  })

  it('gives up the rightmost member for a 33rd', () => {
    const full = parseTraceState(members(32).join(','))
    expect(full?.set('new', '1').serialize()).toBe(['new=1', ...members(31)].join(','))
    expect(full?.set('m31', 'x').serialize()).toBe(['m31=x', ...members(31)].join(','))
  })

  it('reads its own serialisation as the same list, for any list the grammar allows', () => {
    const key = fc
      .tuple(
        fc.constantFrom(...'abcz019'),
        fc.string({ unit: fc.constantFrom(...KEY_CHARS), maxLength: 255 }),
      )
      .map(([first, rest]) => first + rest)
    const value = fc
      .tuple(
        fc.string({ unit: fc.constantFrom(...VALUE_CHARS), maxLength: 255 }),
        fc.constantFrom(...VALUE_CHARS.slice(1)),
      )
      .map(([start, last]) => start + last)
    const list = fc.uniqueArray(fc.tuple(key, value), {
      minLength: 1,
      maxLength: 32,
      selector: ([name]) => name,
    })
    fc.assert(
      fc.property(list, (entries) => {
        const text = entries.map(([name, content]) => `${name}=${content}`).join(',')
        expect(parseTraceState(text)?.serialize()).toBe(text)
      }),
      { seed: 20261101 },
    )
  })

  it('takes time in proportion to its input', () => {
    const spaces = `a=1${' '.repeat(2_000_000)}b`
    expect(parseTraceState([spaces])).toBeUndefined()
    expect(parseTraceState(','.repeat(2_000_000))).toBeUndefined()
  })
})

describe('formatTraceState', () => {
  const format = (list: string) => formatTraceState(parseTraceState(list))
  /** A member of so many characters. */
  const member = (key: string, length: number) => `${key}=${'v'.repeat(length - key.length - 1)}`

  it('is nothing for no list, and for an empty one', () => {
    expect(formatTraceState(undefined)).toBeUndefined()
    expect(formatTraceState(parseTraceState('a=1')?.unset('a'))).toBeUndefined()
  })

  it('sends 512 characters as they are', () => {
    const list = [member('a', 256), member('b', 255)].join(',')
    expect(list).toHaveLength(512)
    expect(format(list)).toBe(list)
  })

  it('leaves out members of more than 128 characters first, from the right, and only as many as it has to', () => {
    const list = [member('a', 129), member('b', 128), member('c', 129), member('d', 128)]
    expect(list.join(',')).toHaveLength(517)
    expect(format(list.join(','))).toBe([list[0], list[1], list[3]].join(','))
  })

  it('leaves out others from the right then', () => {
    const list = [member('a', 129), ...['b', 'c', 'd', 'e', 'f'].map((key) => member(key, 120))]
    expect(format(list.join(','))).toBe(list.slice(1, 5).join(','))
  })

  it('sends none if no member has room', () => {
    expect(format(`${'k'.repeat(256)}=${'v'.repeat(256)}`)).toBeUndefined()
  })

  it('holds lists of other implementations to the same grammar', () => {
    const foreign = (text: string) => ({ ...createTraceState(), serialize: () => text })
    expect(formatTraceState(createTraceState('a=1,b=2'))).toBe('a=1,b=2')
    expect(formatTraceState(foreign('a=1\r\nx-admin: true'))).toBeUndefined()
    expect(formatTraceState(foreign(''))).toBeUndefined()
  })
})
