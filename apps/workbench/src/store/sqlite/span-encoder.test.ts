import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnyValue, KeyValue, Span } from '../../model/span.ts'
import { decodeSpans } from './decode-stored.ts'
import { ProtobufWriter } from './protobuf-writer.ts'
import { writeSpan, writeSpanAttribute } from './span-encoder.ts'

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.string({ minLength: 60, maxLength: 70 }),
)
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const id = (digits: number) =>
  fc
    .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits })
    .filter((hex) => !/^0+$/.test(hex))

const { keyValue } = fc.letrec<{ value: AnyValue; keyValue: KeyValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.record({ type: fc.constant('string' as const), value: text }),
    fc.record({ type: fc.constant('bool' as const), value: fc.boolean() }),
    fc.record({ type: fc.constant('int' as const), value: int64 }),
    fc.record({ type: fc.constant('double' as const), value: fc.double() }),
    fc.record({ type: fc.constant('bytes' as const), value: fc.uint8Array() }),
    fc.constant<AnyValue>({ type: 'empty', value: null }),
    fc.record({ type: fc.constant('array' as const), value: fc.array(tie('value'), { maxLength: 4 }) }),
    fc.record({ type: fc.constant('kvlist' as const), value: fc.array(tie('keyValue'), { maxLength: 4 }) }),
  ),
  keyValue: fc.record({ key: text, value: tie('value') }),
}))

const attributes = fc.array(keyValue, { maxLength: 6 })
const span: fc.Arbitrary<Span> = fc.record({
  traceId: id(32),
  spanId: id(16),
  traceState: text,
  parentSpanId: fc.oneof(fc.constant(''), id(16), text),
  flags: uint32,
  name: text,
  kind: int32,
  startTimeUnixNano: uint64,
  endTimeUnixNano: uint64,
  attributes,
  droppedAttributesCount: uint32,
  events: fc.array(
    fc.record({ timeUnixNano: uint64, name: text, attributes, droppedAttributesCount: uint32 }),
    {
      maxLength: 3,
    },
  ),
  droppedEventsCount: uint32,
  links: fc.array(
    fc.oneof(
      fc.record({
        traceId: id(32),
        spanId: id(16),
        hasValidIds: fc.constant(true),
        traceState: text,
        attributes,
        droppedAttributesCount: uint32,
        flags: uint32,
      }),
      fc.record({
        traceId: fc.oneof(text, id(16), fc.constantFrom('ffff', 'ffff41', `ffff${'0'.repeat(28)}`)),
        spanId: fc.oneof(text, fc.constantFrom('ff', 'ffffff', '0'.repeat(16))),
        hasValidIds: fc.constant(false),
        traceState: text,
        attributes,
        droppedAttributesCount: uint32,
        flags: uint32,
      }),
    ),
    { maxLength: 3 },
  ),
  droppedLinksCount: uint32,
  status: fc.record({ message: text, code: int32 }),
})

describe('writeSpan', () => {
  it('writes any span so that it is read again exactly, also behind others', () => {
    const out = new ProtobufWriter()
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 3 }), (spans) => {
        out.position = 0
        for (const each of spans) writeSpan(out, each)
        expect(decodeSpans(Buffer.from(out.view(0)))).toEqual(spans)
      }),
      { numRuns: 300 },
    )
  })

  it('tells where each attribute stands', () => {
    const out = new ProtobufWriter()
    const found: string[] = []
    fc.assert(
      fc.property(span, (each) => {
        found.length = 0
        out.position = 0
        writeSpan(out, each, (writer, attribute) => {
          const start = writeSpanAttribute(writer, attribute)
          found.push(Buffer.from(writer.view(start)).toString('hex'))
        })
        expect(found).toHaveLength(each.attributes.length)
        const all = Buffer.from(out.view(0)).toString('hex')
        for (const bytes of found) expect(all).toContain(bytes)
      }),
    )
  })
})
