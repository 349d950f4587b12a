import { describe, expect, it } from 'vitest'
import type { KeyValue } from '../../model/span.ts'
import { attributeToken, BlockFilter, mayHold } from './block-filter.ts'
import { ProtobufWriter } from './protobuf-writer.ts'
import { SharedEncodings } from './shared-encodings.ts'
import { writeSpanAttribute } from './span-encoder.ts'

const attributeOf = (value: string): KeyValue => ({ key: 'key', value: { type: 'string', value } })

/** The attribute as it is written, and its token. */
function encode(attribute: KeyValue): { bytes: Buffer; token: number } {
  const out = new ProtobufWriter()
  const start = writeSpanAttribute(out, attribute)
  return { bytes: Buffer.from(out.view(0)), token: attributeToken(out.bytes, start, out.position) }
}

describe('SharedEncodings', () => {
  it('writes what was kept, of any length, behind what is there and in front of what follows', () => {
    const encodings = new SharedEncodings()
    const filter = new BlockFilter()
    for (let length = 0; length < 200; length++) {
      const attribute = attributeOf('x'.repeat(length))
      const { bytes, token } = encode(attribute)
      encodings.keep(7, attribute, bytes, token)
      const out = new ProtobufWriter()
      // Where the buffer has to grow for it, too.
      out.position = length % 2 ? 3 : (1 << 20) - 2
      const from = out.position
      expect(encodings.write(out, 7, attribute, filter)).toBe(true)
      expect(Buffer.from(out.view(from))).toEqual(bytes)
      out.uint32(1)
      expect(Buffer.from(out.view(from))).toEqual(Buffer.concat([bytes, Buffer.of(1)]))
    }
  })

  it('knows only the very attribute that has the slot', () => {
    const encodings = new SharedEncodings()
    const filter = new BlockFilter()
    const attribute = attributeOf('x')
    const { bytes, token } = encode(attribute)
    encodings.keep(7, attribute, bytes, token)
    const out = new ProtobufWriter()
    expect(encodings.write(out, 7, attributeOf('x'), filter)).toBe(false)
    expect(encodings.write(out, 8, attribute, filter)).toBe(false)
    expect(out.position).toBe(0)
    expect(filter.isEmpty).toBe(true)
  })

  it('keeps nothing that is longer than its room', () => {
    const encodings = new SharedEncodings()
    const attribute = attributeOf('x'.repeat(300))
    const { bytes, token } = encode(attribute)
    encodings.keep(7, attribute, bytes, token)
    expect(encodings.write(new ProtobufWriter(), 7, attribute, new BlockFilter())).toBe(false)
  })

  it('adds the attribute to the filter of every block', () => {
    const encodings = new SharedEncodings()
    const filter = new BlockFilter()
    const attribute = attributeOf('x')
    const { bytes, token } = encode(attribute)
    encodings.keep(7, attribute, bytes, token)
    for (let block = 0; block < 3; block++) {
      for (let again = 0; again < 2; again++) encodings.write(new ProtobufWriter(), 7, attribute, filter)
      expect(mayHold(filter.bytes(), token)).toBe(true)
      filter.clear()
      expect(mayHold(filter.bytes(), token)).toBe(false)
    }
  })
})
