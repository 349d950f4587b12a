import { describe, expect, it } from 'vitest'
import { ProtobufBytes } from './protobuf-bytes.ts'

/** Of the first buffer. */
const FIRST = 64 * 1024

/** Lengths, and how they are written. */
const LENGTHS: readonly (readonly [number, readonly number[]])[] = [
  [0, [0]],
  [127, [127]],
  [128, [0x80, 1]],
  [16_383, [0xff, 0x7f]],
  [16_384, [0x80, 0x80, 1]],
]

describe('ProtobufBytes', () => {
  it.each([0, 1, 2, 3, 4, 5, 6])(
    'moves a message that ends %i bytes before the end of its buffer',
    (left) => {
      for (const [length, varint] of LENGTHS) {
        for (const expected of [1, 2, 3]) {
          const bytes = new ProtobufBytes()
          const before = new Uint8Array(FIRST - left - expected - length).fill(1)
          const message = new Uint8Array(length).fill(2)
          bytes.raw(before)
          const start = bytes.open(expected)
          bytes.raw(message)
          bytes.close(start, expected)
          const written = Buffer.concat([before, Uint8Array.from(varint), message])
          expect(Buffer.compare(bytes.take(), written)).toBe(0)
        }
      }
    },
  )
})
