/** Bytes that hold texts, and the same bytes for reading four at a time. */
export class ByteText {
  readonly bytes: Buffer
  readonly view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Whether what begins at `start` is `other[otherStart…otherStart + length)`; `false` where it is not as long. */
  isAt(start: number, other: ByteText, otherStart: number, length: number): boolean {
    const a = this.view
    const b = other.view
    if (start + length > this.bytes.length) return false
    let i = 0
    // Word by word: a quarter of the time that bytes take.
    for (; i + 4 <= length; i += 4) if (a.getInt32(start + i) !== b.getInt32(otherStart + i)) return false
    for (; i < length; i++) if (a.getUint8(start + i) !== b.getUint8(otherStart + i)) return false
    return true
  }

  /** A hash of the bytes from `start` to `end`, which are not none. Samples: keys share prefixes and suffixes, so it looks along the whole length. */
  sample(start: number, end: number): number {
    const { bytes } = this
    const length = end - start
    return (
      length * 31 +
      (bytes[start] as number) * 7 +
      (bytes[end - 1] as number) * 131 +
      (bytes[start + (length >> 1)] as number) * 1031 +
      (bytes[start + (length >> 2)] as number) * 17 +
      (bytes[end - 1 - (length >> 2)] as number) * 251
    )
  }
}
