import { isUtf8 } from 'node:buffer'
import { AttributeCache } from '../attribute-cache.ts'
import { ByteText } from '../byte-text.ts'
import type { Defects } from '../defects.ts'
import type { KeyValue } from '../model/any-value.ts'
import { TextCache } from '../text-cache.ts'
import { UndecodableError } from '../undecodable-error.ts'
import { hexOf8, hexOf16 } from './hex-ids.ts'

/** Groups are gone from proto3, unknown fields may still hold them; deeper than this is taken for an attack. */
const deepestGroup = 100

const keys = new TextCache()
const values = new TextCache()
const attributes = new AttributeCache<object>()
/** A `KeyValue` says all there is to know of itself. */
const noOwner = {}

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

  /** The `KeyValue` that ends at `end` if it is known, and moves past it; `undefined`, without moving, for any other. */
  knownAttribute(end: number): KeyValue | undefined {
    const start = this.position
    const attribute = attributes.find(this.#source, start, end, noOwner, this.#attributeHash(start, end))
    if (attribute) this.position = end
    return attribute
  }

  /** Takes note of the `KeyValue` from `start` to here; what comes back is to be used in its place. */
  learnAttribute(start: number, attribute: KeyValue): KeyValue {
    const end = this.position
    if (!this.#isPlainAttribute(start, end, attribute)) return attribute
    const hash = this.#attributeHash(start, end)
    return attributes.offer(this.#source, start, end, noOwner, hash, attribute)
  }

  /** Whether these bytes are one key and one text or integer, and nothing about them is wrong: they mean the same wherever they stand. */
  #isPlainAttribute(start: number, end: number, { key, value }: KeyValue): boolean {
    const bytes = this.#bytes
    const keyEnd = start + 2 + (bytes[start + 1] as number)
    const isPlain =
      bytes[start] === 0x0a &&
      (bytes[start + 1] as number) < 0x80 &&
      keyEnd + 4 <= end &&
      bytes[keyEnd] === 0x12 &&
      bytes[keyEnd + 1] === end - keyEnd - 2 &&
      !key.includes('\ufffd')
    if (!isPlain) return false
    if (value.type === 'string')
      return (
        bytes[keyEnd + 2] === 0x0a &&
        bytes[keyEnd + 3] === end - keyEnd - 4 &&
        !value.value.includes('\ufffd')
      )
    if (value.type !== 'int' || bytes[keyEnd + 2] !== 0x18) return false
    for (let at = keyEnd + 3; at < end - 1; at++) if ((bytes[at] as number) < 0x80) return false
    return true
  }

  #attributeHash(start: number, end: number): number {
    const keyEnd = start + 2 + (this.#bytes[start + 1] as number)
    const source = this.#source
    return keyEnd + 3 < end
      ? source.sample(start + 1, keyEnd) * 7 + source.sample(keyEnd + 3, end)
      : end - start
  }

  /**
   * The `KeyValue` that ends at `end` if its value is a text, both lengths are one byte and nothing else is in it; `undefined`, without moving,
   * for any other.
   */
  textAttribute(end: number): KeyValue | undefined {
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
    const key = keys.read(this.#source, keyStart, keyEnd)
    const text = bytes.toString('utf8', start, end)
    this.#checkText(key, keyStart, keyEnd)
    this.#checkText(text, start, end)
    return { key, value: { type: 'string', value: text } }
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
      this.#lastId16 = hexOf16(this.#bytes, start)
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
