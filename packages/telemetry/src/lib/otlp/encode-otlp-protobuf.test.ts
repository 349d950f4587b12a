import type { AnyValue, Span } from '@linked-traces/otlp-receiver'
import { decodeTraces } from '@linked-traces/otlp-receiver'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anySpan, oddTime, spanWith, spanWithValue } from '../../../test/any-span.ts'
import { stockProtobuf } from '../../../test/stock-requests.ts'
import { encodeOtlpJson } from './encode-otlp-json.ts'
import { encodeOtlpProtobuf } from './encode-otlp-protobuf.ts'

// What it has in common with the other format is in otlp-encoder.test.ts.

const ours = (spans: readonly ReadableSpan[]) => encodeOtlpProtobuf.atOnce(spans)

function decoded(spans: readonly ReadableSpan[]): Span[] {
  const { request, rejectedSpans } = decodeTraces(ours(spans), 'protobuf')
  expect(rejectedSpans).toBe(0)
  return request.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
}

/** The value of the one attribute of the one span. */
const valueIn = (span: ReadableSpan): AnyValue | undefined => decoded([span])[0]?.attributes[0]?.value

/** Compared as bytes: a difference is told by its place. */
function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) === 0) return
  const at = actual.findIndex((byte, index) => byte !== expected[index])
  const around = (bytes: Uint8Array) =>
    Buffer.from(bytes.subarray(Math.max(at - 20, 0), at + 20)).toString('hex')
  expect({ at, bytes: around(actual) }).toEqual({ at, bytes: around(expected) })
  expect(actual.length).toBe(expected.length)
}

/** On both sides of where a length takes one byte more. */
const LENGTHS = [
  0, 1, 11, 12, 23, 24, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 16_370, 16_375, 16_380,
].concat([16_383, 16_384, 65_536, 2_097_140, 2_097_151, 2_097_152])

describe('encodeOtlpProtobuf', () => {
  it('is read by a decoder of its own as what JSON says of any spans', () => {
    fc.assert(
      fc.property(fc.array(anySpan, { maxLength: 8 }), (spans) => {
        const json = decodeTraces(encodeOtlpJson.atOnce(spans), 'json')
        expect(decodeTraces(ours(spans), 'protobuf')).toEqual(json)
      }),
      { seed: 20261122, numRuns: 1000 },
    )
  })

  it.each(LENGTHS)('writes what is %i long with lengths as short as can be', (length) => {
    for (const text of [
      'a'.repeat(length),
      'ü'.repeat(length / 2),
      '€'.repeat(length / 3),
      `${'a'.repeat(length)}\ud800`,
    ]) {
      const attributes = {
        [text.slice(0, 20_000)]: text,
        list: [text, text],
        nested: { [text.slice(0, 300)]: { text } },
      } as object
      const spans = [
        spanWith({ name: text, status: { code: 2, message: text } }),
        spanWith({
          attributes: attributes as ReadableSpan['attributes'],
          events: [{ name: text, time: [1, 2], attributes: { text } }],
        }),
        spanWithValue(new Uint8Array(length).fill(7)),
        spanWithValue(Array.from({ length: length / 11 }, () => 300)),
      ]
      expectSame(ours(spans), stockProtobuf(spans))
    }
  })

  it.each([1, 7, 63, 64, 65, 129, 1000])(
    'writes a batch of %i spans with lengths as short as can be',
    (count) => {
      for (const name of ['', 'a name', 'a long name'.repeat(20), 'a longer name'.repeat(3000)]) {
        const spans = Array.from({ length: count }, () => spanWith({ name }))
        expectSame(ours(spans), stockProtobuf(spans))
      }
    },
  )

  it('writes lists and objects in each other 100 deep', () => {
    let value: unknown = 'at the bottom'
    for (let depth = 0; depth < 50; depth++) value = [1, { value }]
    expectSame(ours([spanWithValue(value)]), stockProtobuf([spanWithValue(value)]))
  })

  it('writes any integer of 64 bits', () => {
    const powers = Array.from({ length: 64 }, (_, bits) => 2 ** bits).flatMap((power) => [
      power - 1,
      power,
      power + 1,
    ])
    for (const value of powers.flatMap((power) => [power, -power])) {
      const expected = value < 2 ** 63 ? { type: 'int', value: BigInt(value) } : { type: 'double', value }
      expect(valueIn(spanWithValue(value))).toEqual(expected)
    }
  })

  it.each([0.1, -0.5, 2 ** 63, -(2 ** 64), 1e300, 5e-324, NaN, Infinity, -Infinity])(
    'writes %d as a double',
    (value) => {
      expect(valueIn(spanWithValue(value))).toEqual({ type: 'double', value })
    },
  )

  it('writes the times of odd clocks as JSON does, in 64 bits', () => {
    fc.assert(
      fc.property(oddTime, oddTime, (startTime, endTime) => {
        const spans = [spanWith({ startTime, endTime })]
        const json = Buffer.from(encodeOtlpJson.atOnce(spans)).toString()
        const nanosOf = (field: string) =>
          BigInt(new RegExp(`"${field}":"(-?\\d+)"`).exec(json)?.[1] ?? 'missing')
        expect(decoded(spans)).toMatchObject([
          {
            startTimeUnixNano: BigInt.asUintN(64, nanosOf('startTimeUnixNano')),
            endTimeUnixNano: BigInt.asUintN(64, nanosOf('endTimeUnixNano')),
          },
        ])
      }),
      { seed: 20261122 },
    )
  })

  it('writes ids of capital letters, and those that are empty', () => {
    const context = { traceId: 'ABCDEF'.padEnd(32, '0'), spanId: 'FEDCBA9876543210', traceFlags: 1 }
    expect(decoded([spanWith({ context })])).toMatchObject([
      { traceId: context.traceId.toLowerCase(), spanId: context.spanId.toLowerCase() },
    ])
    const none = { traceId: '', spanId: '', traceFlags: 0 }
    const spans = [spanWith({ context: none, links: [{ context: none }] })]
    expectSame(ours(spans), stockProtobuf(spans))
  })

  it('leaves out what has its default value', () => {
    const context = { traceId: '01'.repeat(16), spanId: '02'.repeat(8), traceFlags: 1 }
    const span = spanWith({
      context,
      name: '',
      startTime: [0, 0],
      endTime: [0, 0],
      instrumentationScope: { name: '' },
    })
    const inner = `0a10${'01'.repeat(16)}1208${'02'.repeat(8)}300239${'00'.repeat(8)}41${'00'.repeat(8)}850101010000`
    const request = Buffer.from(ours([span])).toString('hex')
    // The span is the last of the request, and the lists around it end with it.
    expect(request.slice(request.lastIndexOf('0a10'))).toBe(inner)
  })
})
