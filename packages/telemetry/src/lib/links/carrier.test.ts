import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { carrierGetter, carrierValues } from './carrier.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('carrierValues', () => {
  it.each<[string, unknown]>([
    ['a plain object', { traceparent: 'value' }],
    ['an object without prototype', Object.assign(Object.create(null), { traceparent: 'value' })],
    ['keys in any case', { TraceParent: 'value' }],
    ['an array of one value', { traceparent: ['value'] }],
    ['a Buffer', { traceparent: Buffer.from('value') }],
    ['a Uint8Array', { traceparent: bytes('value') }],
    ['part of a larger buffer', { traceparent: bytes('a value').subarray(2) }],
    ['an array of one Buffer', { traceparent: [Buffer.from('value')] }],
    ['Headers', new Headers({ TRACEPARENT: 'value' })],
    ['a Map', new Map([['Traceparent', 'value']])],
    ['a Map of arrays of Buffers', new Map([['traceparent', [Buffer.from('value')]]])],
    [
      'a Map with keys that are no strings',
      new Map<unknown, unknown>([[7, 'x']]).set('traceparent', 'value'),
    ],
    ['pairs', [['Traceparent', 'value']]],
    ['a flat list', ['host', 'x', 'Traceparent', 'value']],
    ['a flat list of Buffers, as undici has it', [Buffer.from('Traceparent'), Buffer.from('value')]],
    [
      'a list of objects with one header each, as node-rdkafka has it',
      [{ other: 'x' }, { traceparent: 'value' }],
    ],
    ['SQS attributes', { traceparent: { DataType: 'String', StringValue: 'value' } }],
    ['SQS attributes in Lambda', { traceparent: { dataType: 'String', stringValue: 'value' } }],
    ['SQS attributes of bytes', { traceparent: { DataType: 'Binary', BinaryValue: bytes('value') } }],
    ['SQS attributes of bytes in Lambda', { traceparent: { dataType: 'Binary', binaryValue: 'dmFsdWU=' } }],
    ['SNS attributes', { traceparent: { Type: 'String', Value: 'value' } }],
    ['whitespace around the value', { traceparent: ' \tvalue\t ' }],
  ])('reads %s', (_, carrier) => {
    expect(carrierValues(carrier, 'traceparent')).toEqual(['value'])
  })

  it('keeps every value of a name, in order', () => {
    expect(carrierValues({ tracestate: ['a=1', 'b=2'], Tracestate: 'c=3' }, 'tracestate')).toEqual([
      'a=1',
      'b=2',
      'c=3',
    ])
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a string', 'traceparent'],
    ['a number', 42],
    ['a function', () => 'value'],
    ['a carrier without the name', { host: 'x' }],
    ['an inherited value', Object.create({ traceparent: 'value' })],
    ['a value that is a number', { traceparent: 1 }],
    ['a value that is null', { traceparent: null }],
    ['a value that is some object', { traceparent: { toString: () => 'value' } }],
    ['a value of bytes that are no base64', { traceparent: { binaryValue: '%' } }],
    [
      'a value behind a throwing getter',
      Object.defineProperty({}, 'traceparent', {
        enumerable: true,
        get: () => {
          throw new Error('no')
        },
      }),
    ],
    ['a revoked proxy', revokedProxy()],
  ])('finds nothing in %s', (_, carrier) => {
    expect(carrierValues(carrier, 'traceparent')).toEqual([])
  })

  it('survives a value that contains itself', () => {
    const cycle: unknown[] = []
    cycle.push(cycle)
    expect(carrierValues({ traceparent: cycle }, 'traceparent')).toEqual([])
  })

  it('never throws, whatever the carrier is', () => {
    fc.assert(
      fc.property(
        fc.anything({ withMap: true, withTypedArray: true, withNullPrototype: true }),
        (anything) => {
          expect(carrierValues(anything, 'traceparent')).toBeInstanceOf(Array)
          expect(carrierValues({ traceparent: anything }, 'traceparent')).toBeInstanceOf(Array)
          expect(carrierValues(new Map([['traceparent', anything]]), 'traceparent')).toBeInstanceOf(Array)
          expect(carrierGetter.keys(anything)).toBeInstanceOf(Array)
        },
      ),
      { seed: 20261102, numRuns: 500 },
    )
  })
})

describe('carrierGetter', () => {
  it('gives a propagator one value as a string and several as an array', () => {
    expect(carrierGetter.get({ Baggage: 'a=1' }, 'baggage')).toBe('a=1')
    expect(carrierGetter.get({ Baggage: ['a=1', 'b=2'] }, 'baggage')).toEqual(['a=1', 'b=2'])
    expect(carrierGetter.get({}, 'baggage')).toBeUndefined()
  })

  it('names the keys of any carrier', () => {
    expect(carrierGetter.keys(new Headers({ Baggage: 'a=1' }))).toEqual(['baggage'])
    expect(carrierGetter.keys([Buffer.from('Baggage'), Buffer.from('a=1')])).toEqual(['Baggage'])
    expect(carrierGetter.keys(revokedProxy())).toEqual([])
  })
})

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
