import { isUtf8 } from 'node:buffer'
import { AttributeCache, type TextAttribute } from '../attribute-cache.ts'
import { ByteText } from '../byte-text.ts'
import type { Defects } from '../defects.ts'
import { TextCache } from '../text-cache.ts'
import { UndecodableError } from '../undecodable-error.ts'

/** Groups are gone from proto3, unknown fields may still hold them; deeper than this is taken for an attack. */
const deepestGroup = 100

const keys = new TextCache()
const values = new TextCache()
const attributes = new AttributeCache()

const hexDigits = Uint16Array.from({ length: 512 }, (_, i) =>
  ((i & 1 ? i >> 1 : i >> 5) & 15).toString(16).charCodeAt(0),
)

const smallInts = Array.from({ length: 1024 }, (_, i) => BigInt(i))

/**
 * Reads the protobuf wire format: a cursor over one message's bytes.
 *
 * Every read checks the bounds and throws an UndecodableError at the byte where the message stops making sense.
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufReader {
  position = 0
  readonly length: number
  /** Told of what is wrong with a message that can be parsed. */
  readonly defects: Defects
  readonly #source: ByteText
  readonly #bytes: Buffer
  readonly #view: DataView
  #lastId16At = -1
  #lastId16 = ''

  constructor(bytes: Uint8Array, defects: Defects) {
    this.defects = defects
    this.#source = new ByteText(bytes)
    this.#bytes = this.#source.bytes
    this.#view = this.#source.view
    this.length = bytes.byteLength
  }

  /** The next field's tag: field number × 8 + wire type. */
  tag(): number {
    const first = this.#bytes[this.position]
    if (first !== undefined && first < 0x80 && first > 7) {
      this.position++
      return first
    }
    const at = this.position
    const tag = this.uint32()
    // A tag is a 32-bit varint: five bytes, the last of them with four bits.
    if (this.position - at > 5 || (this.position - at === 5 && (this.#bytes[at + 4] as number) > 15)) {
      throw this.malformed('a field number is larger than 2^29-1', at)
    }
    if (tag >>> 3 === 0) throw this.malformed('a field has number 0', at)
    return tag
  }

  /** A varint's lower 32 bits, as every 32-bit protobuf type keeps them. */
  uint32(): number {
    const bytes = this.#bytes
    let byte = bytes[this.position++]
    if (byte !== undefined && byte < 0x80) return byte
    const at = this.position - 1
    let result = 0
    for (let shift = 0; shift < 70; shift += 7) {
      if (byte === undefined) throw this.malformed('a varint is cut off', at)
      if (shift < 32) result |= (byte & 0x7f) << shift
      if (byte < 0x80) return result >>> 0
      byte = bytes[this.position++]
    }
    throw this.malformed('a varint is longer than 10 bytes', at)
  }

  /** A signed 32-bit varint; also enums, whose unknown values are kept. */
  int32(): number {
    return this.uint32() | 0
  }

  bool(): boolean {
    const at = this.position
    const low = this.uint32()
    // Only a varint of more than 32 bits can have its bits elsewhere.
    return low !== 0 || (this.position - at > 4 && this.#varint64(at) !== 0n)
  }

  int64(): bigint {
    const at = this.position
    const low = this.uint32()
    if (this.position - at < 5) return low < 1024 ? (smallInts[low] as bigint) : BigInt(low)
    return BigInt.asIntN(64, this.#varint64(at))
  }

  /** Reads again, in full, a varint that is known to be whole. */
  #varint64(at: number): bigint {
    let result = 0n
    for (let i = at; i < this.position; i++) {
      result |= BigInt((this.#bytes[i] as number) & 0x7f) << BigInt(7 * (i - at))
    }
    return BigInt.asUintN(64, result)
  }

  fixed32(): number {
    const at = this.#advance(4)
    return this.#view.getUint32(at, true)
  }

  fixed64(): bigint {
    const at = this.#advance(8)
    return this.#view.getBigUint64(at, true)
  }

  double(): number {
    const at = this.#advance(8)
    return this.#view.getFloat64(at, true)
  }

  /** Where the length-delimited field that starts here ends; the cursor then stands on its first byte. */
  end(limit: number): number {
    const at = this.position
    const length = this.uint32()
    const end = this.position + length
    // A length of more than 32 bits would have been cut to its lower bits.
    if (end > limit || this.position - at > 5) {
      throw this.malformed(`a field of ${length} bytes runs past the end of its message`, at)
    }
    return end
  }

  /** An attribute's key, a field's or an event's name: what repeats. */
  key(limit: number): string {
    return this.#text(limit, keys)
  }

  string(limit: number): string {
    return this.#text(limit, values)
  }

  #text(limit: number, cache: TextCache): string {
    const end = this.end(limit)
    const start = this.position
    this.position = end
    const text = cache.read(this.#source, start, end)
    this.#checkText(text, start, end)
    return text
  }

  /**
   * The `KeyValue` that ends at `end` if its value is a text, both lengths are one byte and nothing else is in it; `undefined`, without moving,
   * for any other.
   */
  textAttribute(end: number): TextAttribute | undefined {
    const bytes = this.#bytes
    const keyStart = this.position + 2
    const keyEnd = keyStart + (bytes[keyStart - 1] ?? 0)
    const start = keyEnd + 4
    const isPlain =
      start <= end &&
      end - keyEnd - 2 < 0x80 &&
      keyEnd - keyStart < 0x80 &&
      bytes[keyStart - 2] === 0x0a &&
      bytes[keyEnd] === 0x12 &&
      bytes[keyEnd + 1] === end - keyEnd - 2 &&
      bytes[keyEnd + 2] === 0x0a &&
      bytes[keyEnd + 3] === end - start
    if (!isPlain) return undefined
    this.position = end
    const attribute = attributes.read(this.#source, keyStart, keyEnd, start, end)
    this.#checkText(attribute.key, keyStart, keyEnd)
    this.#checkText(attribute.value.value, start, end)
    return attribute
  }

  /** Takes note when `text` is what invalid bytes were turned into. */
  #checkText(text: string, start: number, end: number): void {
    // U+FFFD is what invalid bytes become, and a legal character besides.
    if (text.includes('\ufffd') && !isUtf8(this.#bytes.subarray(start, end))) this.defects.invalidText = true
  }

  /** A copy, so that a value does not keep the whole request's bytes alive. */
  bytes(limit: number): Uint8Array {
    const end = this.end(limit)
    const copy = Uint8Array.prototype.slice.call(this.#bytes, this.position, end)
    this.position = end
    return new Uint8Array(copy.buffer, copy.byteOffset, copy.byteLength)
  }

  /** Bytes as lowercase hex, whatever their number. */
  hex(limit: number): string {
    const end = this.end(limit)
    const start = this.position
    this.position = end
    if (end - start === 8) return hexOf8(this.#bytes, start)
    if (end - start !== 16) return this.#bytes.toString('hex', start, end)
    // Spans of one trace travel together: mostly this is the 16-byte id read last.
    const view = this.#view
    const last = this.#lastId16At
    if (
      last < 0 ||
      view.getUint32(start) !== view.getUint32(last) ||
      view.getUint32(start + 4) !== view.getUint32(last + 4) ||
      view.getUint32(start + 8) !== view.getUint32(last + 8) ||
      view.getUint32(start + 12) !== view.getUint32(last + 12)
    ) {
      this.#lastId16At = start
      this.#lastId16 = this.#bytes.toString('hex', start, end)
    }
    return this.#lastId16
  }

  /** Steps over a field this reader's caller does not know. */
  skip(tag: number, limit: number): void {
    const openGroups: number[] = []
    for (let next = tag; ; next = this.tag()) {
      const field = next >>> 3
      switch (next & 7) {
        case 0:
          this.uint32()
          break
        case 1:
          this.#advance(8)
          break
        case 2:
          this.position = this.end(limit)
          break
        case 3:
          if (openGroups.push(field) > deepestGroup) {
            throw this.malformed(`groups nest deeper than ${deepestGroup}`, this.position)
          }
          break
        case 4:
          if (openGroups.pop() !== field)
            throw this.malformed('a group ends that did not begin', this.position)
          break
        case 5:
          this.#advance(4)
          break
        default:
          throw this.malformed(`wire type ${next & 7} does not exist`, this.position)
      }
      if (this.position > limit)
        throw this.malformed('a field runs past the end of its message', this.position)
      if (openGroups.length === 0) return
    }
  }

  /** Ends a message: its last field must have ended exactly there. */
  leave(end: number): void {
    if (this.position !== end) throw this.malformed('a field runs past the end of its message', this.position)
  }

  malformed(what: string, at: number): UndecodableError {
    return new UndecodableError(`Malformed protobuf at byte ${Math.min(at, this.length)}: ${what}.`)
  }

  #advance(count: number): number {
    const at = this.position
    if (at + count > this.length) throw this.malformed('a fixed-size field is cut off', at)
    this.position = at + count
    return at
  }
}

/** Four times as fast as Buffer's own hex for so few bytes. */
const hexOf8 = (b: Uint8Array, at: number): string => {
  const d = hexDigits
  const i0 = (b[at] as number) << 1
  const i1 = (b[at + 1] as number) << 1
  const i2 = (b[at + 2] as number) << 1
  const i3 = (b[at + 3] as number) << 1
  const i4 = (b[at + 4] as number) << 1
  const i5 = (b[at + 5] as number) << 1
  const i6 = (b[at + 6] as number) << 1
  const i7 = (b[at + 7] as number) << 1
  return String.fromCharCode(
    d[i0] as number,
    d[i0 + 1] as number,
    d[i1] as number,
    d[i1 + 1] as number,
    d[i2] as number,
    d[i2 + 1] as number,
    d[i3] as number,
    d[i3 + 1] as number,
    d[i4] as number,
    d[i4 + 1] as number,
    d[i5] as number,
    d[i5 + 1] as number,
    d[i6] as number,
    d[i6 + 1] as number,
    d[i7] as number,
    d[i7 + 1] as number,
  )
}
