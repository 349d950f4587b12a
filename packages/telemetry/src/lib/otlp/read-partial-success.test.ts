import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { describe, expect, it } from 'vitest'
import { readPartialSuccess } from './read-partial-success.ts'

const NONE = { rejectedSpans: 0, errorMessage: undefined }
const TEXT = Buffer.from('too old')

/** `partial_success` with these bytes in it. */
const response = (...inner: number[]) => Uint8Array.from([0x0a, inner.length, ...inner])

describe('readPartialSuccess', () => {
  it.each([
    ['spans and words', response(0x08, 3, 0x12, 7, ...TEXT), { rejectedSpans: 3, errorMessage: 'too old' }],
    ['words alone: a warning', response(0x12, 7, ...TEXT), { rejectedSpans: 0, errorMessage: 'too old' }],
    ['many spans', response(0x08, 0x80, 0x80, 0x04), { rejectedSpans: 65_536, errorMessage: undefined }],
    ['nothing', new Uint8Array(), NONE],
    ['an empty one', response(), NONE],
    [
      'fields of a later version, of every type',
      Uint8Array.from([
        ...[0x10, 1, 0x19, 1, 2, 3, 4, 5, 6, 7, 8, 0x25, 1, 2, 3, 4, 0x2a, 2, 1, 2],
        ...response(0x18, 9, 0x08, 3, 0x22, 1, 1),
      ]),
      { rejectedSpans: 3, errorMessage: undefined },
    ],
  ])('reads in protobuf %s, as the stock reader does', (_, body, expected) => {
    expect(readPartialSuccess(body, 'protobuf')).toEqual(expected)
    const { partialSuccess } = ProtobufTraceSerializer.deserializeResponse(body)
    expect({ ...NONE, ...partialSuccess }).toEqual(expected)
  })

  it('takes less than none for none', () => {
    const minusOne = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]
    expect(readPartialSuccess(response(0x08, ...minusOne), 'protobuf')).toEqual(NONE)
    expect(readPartialSuccess(Buffer.from('{"partialSuccess":{"rejectedSpans":"-1"}}'), 'json')).toEqual(NONE)
  })

  it.each(['"2"', '2'])('reads in JSON a count written as %s', (count) => {
    const body = Buffer.from(`{"partialSuccess":{"rejectedSpans":${count},"errorMessage":"too old"}}`)
    expect(readPartialSuccess(body, 'json')).toEqual({ rejectedSpans: 2, errorMessage: 'too old' })
  })

  it.each([
    ['protobuf', [0x0a, 9, 1]],
    ['protobuf', [0x0a]],
    ['protobuf', [0x0a, 2, 0x08, 0x80]],
    ['protobuf', [0x0b, 0x0c]],
    ['protobuf', [0x08, 3]],
    ['json', [...Buffer.from('thank you')]],
    ['json', [...Buffer.from('null')]],
    ['json', [...Buffer.from('{"partialSuccess":{"rejectedSpans":{},"errorMessage":1}}')]],
  ] as const)('reads nothing out of what is no answer in %s: %j', (encoding, bytes) => {
    expect(readPartialSuccess(Uint8Array.from(bytes), encoding)).toEqual(NONE)
  })
})
