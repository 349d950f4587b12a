import { RequestBytes } from './request-bytes.ts'

/** From here on the engine's own functions are faster than a loop, in characters. */
const LONG = 24
/** No character takes more in UTF-8. */
const MAX_BYTES_PER_CHARACTER = 3
/** No length takes more. */
const MAX_LENGTH_BYTES = 5
/** No integer takes more. */
const MAX_VARINT_BYTES = 10

const TWO_TO_28 = 2 ** 28
const TWO_TO_32 = 2 ** 32

/** What the characters of hexadecimal digits stand for; all others for 0. */
const DIGITS = new Uint8Array(128)
for (let digit = 0; digit < 16; digit++) {
  const character = digit.toString(16)
  DIGITS[character.charCodeAt(0)] = digit
  DIGITS[character.toUpperCase().charCodeAt(0)] = digit
}

/** Bytes that a length takes as a varint. */
export function lengthBytes(length: number): number {
  if (length < 0x80) return 1
  if (length < 0x4000) return 2
  if (length < 0x20_0000) return 3
  return length < TWO_TO_28 ? 4 : 5
}

/**
 * Writes protobuf's wire format (protobuf.dev, "Encoding"). It does not look at structure: tags are the caller's.
 *
 * A message's length comes before it and is known after it. Room for as many bytes as it is expected to take is left, and
 * the message is moved where it takes others: all lengths are as short as can be.
 */
export class ProtobufBytes extends RequestBytes {
  /** What the view is of. */
  #viewed = this.bytes
  #view = new DataView(this.bytes.buffer)

  /** Adds a byte: a tag, a number below 128. */
  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.position++] = value
  }

  /** Adds a tag, and what has its length already. */
  tagged(tag: number, content: Uint8Array): void {
    const { length } = content
    this.reserve(length + 1)
    const { bytes, position } = this
    bytes[position] = tag
    bytes.set(content, position + 1)
    this.position = position + 1 + length
  }

  /** Adds a tag of two bytes, by its value. */
  wideTag(value: number): void {
    this.reserve(2)
    this.bytes[this.position++] = (value & 0x7f) | 0x80
    this.bytes[this.position++] = value >>> 7
  }

  /** Adds an integer of 32 bits without a sign, or a length. */
  varint(value: number): void {
    this.reserve(MAX_LENGTH_BYTES)
    this.position = writeVarint(this.bytes, this.position, value)
  }

  /** Adds an integer of 64 bits with its sign. Where a double is not exact, it is the double's value. */
  int64(value: number): void {
    if (value >= 0 && value < TWO_TO_32) {
      this.varint(value)
      return
    }
    this.reserve(MAX_VARINT_BYTES)
    const { bytes } = this
    let high = Math.floor(value / TWO_TO_32)
    let low = value - high * TWO_TO_32
    high >>>= 0
    low >>>= 0
    let { position } = this
    while (high > 0 || low >= 0x80) {
      bytes[position++] = (low & 0x7f) | 0x80
      low = ((low >>> 7) | (high << 25)) >>> 0
      high >>>= 7
    }
    bytes[position++] = low
    this.position = position
  }

  fixed32(value: number): void {
    this.reserve(4)
    this.#viewOfBytes().setUint32(this.position, value, true)
    this.position += 4
  }

  /** Adds 64 bits by their halves. */
  fixed64(low: number, high: number): void {
    this.reserve(8)
    const view = this.#viewOfBytes()
    view.setUint32(this.position, low, true)
    view.setUint32(this.position + 4, high, true)
    this.position += 8
  }

  double(value: number): void {
    this.reserve(8)
    this.#viewOfBytes().setFloat64(this.position, value, true)
    this.position += 8
  }

  /** Adds the bytes that a text is the hexadecimal digits of, with their length. */
  hex(text: string): void {
    const length = text.length >>> 1
    this.reserve(MAX_LENGTH_BYTES + length)
    const { bytes } = this
    let position = writeVarint(bytes, this.position, length)
    for (let index = 0; index < 2 * length; index += 2) {
      const first = DIGITS[text.charCodeAt(index)] as number
      const second = DIGITS[text.charCodeAt(index + 1)] as number
      bytes[position++] = (first << 4) | second
    }
    this.position = position
  }

  /** Adds bytes with their length. */
  lengthAndBytes(bytes: Uint8Array): void {
    this.varint(bytes.length)
    this.raw(bytes)
  }

  /** Adds a text in UTF-8, with its length. Half a surrogate pair becomes U+FFFD, as UTF-8 has none. */
  text(text: string): void {
    const { length } = text
    this.reserve(MAX_LENGTH_BYTES + MAX_BYTES_PER_CHARACTER * length)
    if (length >= LONG) {
      this.#longText(text)
      return
    }
    const { bytes } = this
    let { position } = this
    bytes[position++] = length
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index)
      if (code >= 0x80) {
        this.#longText(text)
        return
      }
      bytes[position++] = code
    }
    this.position = position
  }

  #longText(text: string): void {
    const expected = lengthBytes(text.length)
    const start = this.open(expected)
    this.position += this.bytes.write(text, start)
    this.close(start, expected)
  }

  /** Leaves room for the length of what is added next, until it is closed. */
  open(expectedLengthBytes: number): number {
    this.reserve(expectedLengthBytes)
    this.position += expectedLengthBytes
    return this.position
  }

  /** Writes the length of what was added since. */
  close(start: number, expectedLengthBytes: number): void {
    const length = this.position - start
    const lengthAt = start - expectedLengthBytes
    if (expectedLengthBytes === 1 && length < 0x80) {
      this.bytes[lengthAt] = length
      return
    }
    const needed = lengthBytes(length)
    if (needed !== expectedLengthBytes) {
      this.reserve(MAX_LENGTH_BYTES)
      this.bytes.copyWithin(lengthAt + needed, start, this.position)
      this.position += needed - expectedLengthBytes
    }
    writeVarint(this.bytes, lengthAt, length)
  }

  #viewOfBytes(): DataView {
    if (this.#viewed !== this.bytes) {
      this.#viewed = this.bytes
      this.#view = new DataView(this.bytes.buffer)
    }
    return this.#view
  }
}

/** Returns where it ends. */
function writeVarint(bytes: Uint8Array, start: number, value: number): number {
  let position = start
  let rest = value
  while (rest >= 0x80) {
    bytes[position++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  bytes[position++] = rest
  return position
}
