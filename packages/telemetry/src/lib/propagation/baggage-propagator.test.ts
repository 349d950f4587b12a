import type { BaggageEntry } from '@opentelemetry/api'
import {
  baggageEntryMetadataFromString,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
} from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import { describe, expect, it } from 'vitest'
import { BaggagePropagator } from './baggage-propagator.ts'

const propagator = new BaggagePropagator()

function extract(baggage: unknown) {
  return propagator.extract(ROOT_CONTEXT, { baggage }, defaultTextMapGetter)
}

/** Key, value and, where there is any, metadata of every entry. */
function read(baggage: unknown) {
  const entries = propagation.getBaggage(extract(baggage))?.getAllEntries() ?? []
  return entries.map(([key, { value, metadata }]) =>
    metadata === undefined ? [key, value] : [key, value, metadata.toString()],
  )
}

function inject(context = ROOT_CONTEXT) {
  const carrier: { baggage?: string } = {}
  propagator.inject(context, carrier, defaultTextMapSetter)
  return carrier.baggage
}

function write(entries: Record<string, string | BaggageEntry>) {
  const complete = Object.entries(entries).map(([key, entry]) => [
    key,
    typeof entry === 'string' ? { value: entry } : entry,
  ])
  return inject(propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage(Object.fromEntries(complete))))
}

function withMetadata(value: string, metadata: string): BaggageEntry {
  return { value, metadata: baggageEntryMetadataFromString(metadata) }
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `k${index}=v`)

describe('BaggagePropagator, reading', () => {
  it('reads the example of the specification', () => {
    expect(
      read('key1=value1;property1;property2, key2 = value2, key3=value3; propertyKey=propertyValue'),
    ).toEqual([
      ['key1', 'value1', 'property1;property2'],
      ['key2', 'value2'],
      ['key3', 'value3', 'propertyKey=propertyValue'],
    ])
  })

  it('reads several fields as one list', () => {
    expect(read(['userId=alice', 'isProduction=false,serverNode=DF%2028'])).toEqual([
      ['userId', 'alice'],
      ['isProduction', 'false'],
      ['serverNode', 'DF 28'],
    ])
  })

  it.each([
    ['UTF-8', 'Am%C3%A9lie%F0%9F%8E%B2', 'Amélie🎲'],
    ['a byte order mark', '%EF%BB%BFa', '\ufeffa'],
    ['bytes that are no UTF-8', 'a%FFb', 'a\ufffdb'],
    ['half of a surrogate pair', '%ED%A0%80', '\ufffd\ufffd\ufffd'],
    ['a sequence that ends early', '%C3', '\ufffd'],
    ['UTF-8 beside bytes that are none', '%C3%A9%FF', 'é\ufffd'],
    ['a % that encodes nothing', '100%', '100%'],
    ['a % before what is no hexadecimal', '%zz%4', '%zz%4'],
    ['equals signs', 'a=b==', 'a=b=='],
    ['nothing', '', ''],
    ['a plus sign', '1+1', '1+1'],
    ['line breaks and NUL', '%0D%0A%00', '\r\n\0'],
  ])('decodes %s', (_, encoded, value) => {
    expect(read(`k=${encoded}`)).toEqual([['k', value]])
  })

  it('decodes nothing in a key, which is a token', () => {
    expect(read("%41=1,!#$%&'*+-.^_`|~=2,A=3,a=4")).toEqual([
      ['%41', '1'],
      ["!#$%&'*+-.^_`|~", '2'],
      ['A', '3'],
      ['a', '4'],
    ])
  })

  it.each([
    ['no equals sign', 'alone'],
    ['no key', '=1'],
    ['a key that is no token', 'a b=1'],
    ['a key in quotes', '"a"=1'],
    ['a space in the value', 'a=b c'],
    ['quotes in the value', 'a="b"'],
    ['a backslash in the value', 'a=b\\c'],
    ['a letter beyond ASCII', 'a=é'],
    ['a no-break space', 'a=b\u00a0'],
    ['a control character', 'a=b\u0001'],
    ['an empty property', 'a=b;'],
    ['a property that is no token', 'a=b;c d'],
    ['a property of a value with quotes', 'a=b;c="d"'],
  ])('leaves out a member with %s, and it alone', (_, member) => {
    expect(read(`ok=1,${member},fine=2`)).toEqual([
      ['ok', '1'],
      ['fine', '2'],
    ])
  })

  it('has the last of several members with one key count', () => {
    expect(read('a=1;old,b=2,a=3')).toEqual([
      ['a', '3'],
      ['b', '2'],
    ])
  })

  it('takes a key for a key, whatever it is called', () => {
    const context = extract('__proto__=polluted,constructor=1,toString=2')
    const baggage = propagation.getBaggage(context)
    expect(baggage?.getEntry('__proto__')?.value).toBe('polluted')
    expect(baggage?.getAllEntries().map(([key]) => key)).toEqual(['__proto__', 'constructor', 'toString'])
    expect(inject(context)).toBe('__proto__=polluted,constructor=1,toString=2')
    expect(({} as Record<string, unknown>).value).toBeUndefined()
  })

  it('reads 64 members, and leaves out what comes after them', () => {
    expect(read(numbered(64).join(','))).toHaveLength(64)
    const read65 = read(numbered(65).join(','))
    expect(read65).toHaveLength(64)
    expect(read65.at(-1)).toEqual(['k63', 'v'])
  })

  it('reads 8,192 bytes, and leaves out whole members that would make more', () => {
    expect(read(`a=${'v'.repeat(8190)}`)).toHaveLength(1)
    expect(read(`a=${'v'.repeat(8191)}`)).toEqual([])
    expect(read(`a=${'v'.repeat(8100)},b=${'v'.repeat(100)},c=3`).map(([key]) => key)).toEqual(['a', 'c'])
  })

  it.each([undefined, '', ',', 'garbage', [], [7], {}])('is no baggage from %j', (value) => {
    expect(extract(value)).toBe(ROOT_CONTEXT)
  })

  it('takes time in proportion to its input', () => {
    expect(read(','.repeat(2_000_000))).toEqual([])
    expect(read(`a=${' '.repeat(2_000_000)}b`)).toEqual([])
    expect(read(`a=1${';'.repeat(500_000)}`)).toEqual([])
    expect(read(`a=${'%'.repeat(8190)}`)).toEqual([['a', '%'.repeat(8190)]])
  })
})

describe('BaggagePropagator, writing', () => {
  it('writes what has to be encoded as such, and the rest as it is', () => {
    expect(write({ userId: 'Amélie', node: 'DF 28', url: "https://a.test/?b=c&d='e'", half: '50%' })).toBe(
      "userId=Am%C3%A9lie,node=DF%2028,url=https://a.test/?b=c&d='e',half=50%25",
    )
  })

  it.each(['\r\nx-admin: true', 'a,b=c', 'a;b', '"\\', '\0\u007f', '1+1', '\ufeff🎲', ''])(
    'lets no value out of its place, and reads it as it was: %j',
    (value) => {
      const written = write({ k: value }) ?? ''
      expect(written).toMatch(/^k=[!#-+\--:<-[\]-~]*$/)
      expect(read(written)).toEqual([['k', value]])
    },
  )

  it('sends half of a surrogate pair as a replacement, and all other entries with it', () => {
    expect(write({ a: '\ud83c', b: '2' })).toBe('a=%EF%BF%BD,b=2')
  })

  it('sends no key that is not a token', () => {
    expect(write({ 'a b': '1', 'a\r\nb': '1', é: '1', '': '1', fine: '2' })).toBe('fine=2')
    expect(write({ 'a b': '1' })).toBeUndefined()
  })

  it('sends properties as they came', () => {
    expect(inject(extract('a=1;x=%C3%A9;y;z=p+q%20=,b=2'))).toBe('a=1;x=%C3%A9;y;z=p+q%20=,b=2')
  })

  it('encodes what is no property value, and leaves out what is no property', () => {
    expect(write({ a: withMetadata('1', ' x = é ; ;y;b c;z=50%,admin=1\r\nq: r') })).toBe(
      'a=1;x=%C3%A9;y;z=50%25%2Cadmin=1%0D%0Aq:%20r',
    )
    expect(write({ a: withMetadata('1', '') })).toBe('a=1')
  })

  it('sends 64 members, and none of those after them', () => {
    const entries = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`k${index}`, 'v']))
    expect(write(entries)).toBe(numbered(64).join(','))
  })

  it('sends 8,192 bytes, and no part of a member that would make more', () => {
    expect(write({ a: 'v'.repeat(8190) })).toHaveLength(8192)
    expect(write({ a: 'v'.repeat(8191) })).toBeUndefined()
    expect(write({ a: 'v'.repeat(8000), b: 'é'.repeat(40), c: '3' })).toBe(`a=${'v'.repeat(8000)},c=3`)
  })

  it('sends nothing without baggage, and where tracing is suppressed', () => {
    expect(inject()).toBeUndefined()
    expect(write({})).toBeUndefined()
    expect(inject(suppressTracing(extract('a=1')))).toBeUndefined()
  })

  it('names its field', () => {
    expect(propagator.fields()).toEqual(['baggage'])
  })
})
