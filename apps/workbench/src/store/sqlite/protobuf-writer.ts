import { nibbles } from './nibbles.ts'

/** Longest text copied character by character; for longer ones the native encoder is faster. */
const shortText = 64

const isLowercaseHex = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66)

/**
 * Writes the protobuf wire format into one growing buffer that is used again and again.
 *
 * A message inside a message is written behind room for its length, which moves the message only when it was guessed wrong.
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufWriter {
  position = 0
  #bytes = Buffer.allocUnsafeSlow(1 << 20)
  #view = new DataView(this.#bytes.buffer)

  /** What was written since `start`; valid until the next write. */
  view(start: number, end: number = this.position): Uint8Array {
    return this.#bytes.subarray(start, end)
  }

  /** The whole buffer, for those who work on what was written; valid until the next write. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** Makes sure that `count` bytes fit. */
  reserve(count: number): void {
    if (this.position + count <= this.#bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.position + count))
    this.#bytes.copy(grown, 0, 0, this.position)
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }

  /** Gives back what an extraordinary request made the buffer grow to. */
  shrink(most: number): void {
    this.position = 0
    if (this.#bytes.length <= most) return
    this.#bytes = Buffer.allocUnsafeSlow(1 << 20)
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** A tag or any other varint below 2^32. */
  uint32(value: number): void {
    this.reserve(5)
    let rest = value
    while (rest > 0x7f) {
      this.#bytes[this.position++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#bytes[this.position++] = rest
  }

  /** A 64-bit varint; negative numbers take ten bytes. */
  int64(value: bigint): void {
    if (value >= 0n && value < 0x80000000n) {
      this.uint32(Number(value))
      return
    }
    this.reserve(10)
    let rest = BigInt.asUintN(64, value)
    while (rest > 0x7fn) {
      this.#bytes[this.position++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    this.#bytes[this.position++] = Number(rest)
  }

  fixed32(value: number): void {
    this.reserve(4)
    this.#view.setUint32(this.position, value, true)
    this.position += 4
  }

  fixed64(value: bigint): void {
    this.reserve(8)
    this.#view.setBigUint64(this.position, value, true)
    this.position += 8
  }

  double(value: number): void {
    this.reserve(8)
    this.#view.setFloat64(this.position, value, true)
    this.position += 8
  }

  /** Length and UTF-8 of a text that holds no lone surrogates. */
  string(text: string): void {
    const length = text.length
    if (length <= shortText) {
      this.reserve(length * 3 + 1)
      const bytes = this.#bytes
      const start = this.position
      let at = start + 1
      let index = 0
      for (; index < length; index++) {
        const code = text.charCodeAt(index)
        if (code > 0x7f) break
        bytes[at++] = code
      }
      if (index === length) {
        bytes[start] = length
        this.position = at
        return
      }
    }
    const size = Buffer.byteLength(text)
    this.uint32(size)
    this.reserve(size)
    this.position += this.#bytes.write(text, this.position)
  }

  /** Length and bytes. */
  lengthPrefixed(bytes: Uint8Array): void {
    this.uint32(bytes.length)
    this.raw(bytes)
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.#bytes.set(bytes, this.position)
    this.position += bytes.length
  }

  /** Length and bytes of an even number of lowercase hex digits. */
  hex(digits: string): void {
    const size = digits.length >>> 1
    this.uint32(size)
    this.reserve(size)
    const bytes = this.#bytes
    let at = this.position
    for (let index = 0; index < digits.length; index += 2) {
      bytes[at++] =
        ((nibbles[digits.charCodeAt(index)] as number) << 4) |
        (nibbles[digits.charCodeAt(index + 1)] as number)
    }
    this.position = at
  }

  /** The same where `text` is an even number of lowercase hex digits; `false`, and nothing is written, where it is anything else. */
  tryHex(text: string): boolean {
    const { length } = text
    if (length % 2 !== 0) return false
    const start = this.position
    this.uint32(length >>> 1)
    this.reserve(length >>> 1)
    const bytes = this.#bytes
    let at = this.position
    for (let index = 0; index < length; index += 2) {
      const high = text.charCodeAt(index)
      const low = text.charCodeAt(index + 1)
      if (!isLowercaseHex(high) || !isLowercaseHex(low)) {
        this.position = start
        return false
      }
      bytes[at++] = ((nibbles[high] as number) << 4) | (nibbles[low] as number)
    }
    this.position = at
    return true
  }

  /** Bytes from `start` to `end` of what others have written, without an object for them. */
  copyFrom(source: DataView, start: number, end: number): void {
    const length = end - start
    // Word by word, so up to three bytes more than asked for.
    this.reserve(length + 4)
    const view = this.#view
    const { position } = this
    for (let done = 0; done < length; done += 4) view.setInt32(position + done, source.getInt32(start + done))
    this.position = position + length
  }

  /** Begins a message expected to need `lengthBytes` (1 or 2) for its length; what comes back goes to {@link endMessage}. */
  beginMessage(lengthBytes: number): number {
    this.reserve(lengthBytes)
    this.position += lengthBytes
    return this.position
  }

  /** Ends the message whose content began at `start`. */
  endMessage(start: number, lengthBytes: number): void {
    const size = this.position - start
    const needed = size < 0x80 ? 1 : size < 0x4000 ? 2 : size < 0x200000 ? 3 : size < 0x10000000 ? 4 : 5
    if (needed > lengthBytes) {
      this.reserve(needed - lengthBytes)
      this.#bytes.copyWithin(start + needed - lengthBytes, start, start + size)
    }
    // A varint may be longer than it must be, so a guess that was too high moves nothing.
    const width = Math.max(needed, lengthBytes)
    let at = start - lengthBytes
    let rest = size
    for (let index = 1; index < width; index++) {
      this.#bytes[at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#bytes[at] = rest
    this.position = start - lengthBytes + width + size
  }
}
