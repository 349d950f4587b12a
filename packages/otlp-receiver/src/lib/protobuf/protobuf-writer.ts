/** Writes protobuf's wire format. Every call writes its field, also a default value: legal, and needed inside a `oneof`. */
export class ProtobufWriter {
  #bytes = Buffer.allocUnsafe(256)
  #length = 0

  /** Any varint type; a negative number as protobuf's int32 and int64 have it, in ten bytes. */
  varint(field: number, value: number | bigint | boolean): this {
    this.#varint(field * 8)
    this.#varint64(BigInt.asUintN(64, BigInt(value)))
    return this
  }

  fixed32(field: number, value: number): this {
    this.#varint(field * 8 + 5)
    this.#length = this.#room(4).writeUInt32LE(value, this.#length)
    return this
  }

  fixed64(field: number, value: bigint): this {
    this.#varint(field * 8 + 1)
    this.#length = this.#room(8).writeBigUInt64LE(value, this.#length)
    return this
  }

  double(field: number, value: number): this {
    this.#varint(field * 8 + 1)
    this.#length = this.#room(8).writeDoubleLE(value, this.#length)
    return this
  }

  string(field: number, value: string): this {
    const length = Buffer.byteLength(value)
    this.#varint(field * 8 + 2)
    this.#varint(length)
    this.#length += this.#room(length).write(value, this.#length)
    return this
  }

  bytes(field: number, value: Uint8Array): this {
    this.#varint(field * 8 + 2)
    this.#varint(value.byteLength)
    this.#room(value.byteLength).set(value, this.#length)
    this.#length += value.byteLength
    return this
  }

  /** Bytes that are fields already. */
  raw(fields: Uint8Array): this {
    this.#room(fields.byteLength).set(fields, this.#length)
    this.#length += fields.byteLength
    return this
  }

  message(field: number, write: (writer: ProtobufWriter) => void): this {
    this.#varint(field * 8 + 2)
    const start = this.#length
    write(this)
    const length = this.#length - start
    // Its length stands before a message and is known only after: move it up by what the length takes.
    const size = length < 128 ? 1 : Math.ceil((32 - Math.clz32(length)) / 7)
    this.#room(size).copyWithin(start + size, start, this.#length)
    this.#length = start
    this.#varint(length)
    this.#length += length
    return this
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #varint(value: number): void {
    const bytes = this.#room(5)
    let rest = value
    for (; rest > 0x7f; rest >>>= 7) bytes[this.#length++] = (rest & 0x7f) | 0x80
    bytes[this.#length++] = rest
  }

  #varint64(value: bigint): void {
    const bytes = this.#room(10)
    let rest = value
    for (; rest > 0x7fn; rest >>= 7n) bytes[this.#length++] = Number(rest & 0x7fn) | 0x80
    bytes[this.#length++] = Number(rest)
  }

  #room(count: number): Buffer {
    if (this.#length + count > this.#bytes.byteLength) {
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.byteLength * 2, this.#length + count))
      larger.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = larger
    }
    return this.#bytes
  }
}
