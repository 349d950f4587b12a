/** Writes the few small messages a receiver answers with; a field with its default value is left out, as proto3 does. */
export class ProtobufWriter {
  readonly #parts: Buffer[] = []

  int64(field: number, value: number): this {
    if (value !== 0) this.#parts.push(varint(field * 8), varint(value))
    return this
  }

  string(field: number, value: string): this {
    return value === '' ? this : this.bytes(field, Buffer.from(value))
  }

  /** Written even when empty: whether a message is there has a meaning of its own. */
  message(field: number, value: ProtobufWriter): this {
    return this.bytes(field, value.finish())
  }

  bytes(field: number, value: Buffer): this {
    this.#parts.push(varint(field * 8 + 2), varint(value.byteLength), value)
    return this
  }

  finish(): Buffer {
    return Buffer.concat(this.#parts)
  }
}

/** Non-negative safe integers only. */
const varint = (value: number): Buffer => {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  bytes.push(rest)
  return Buffer.from(bytes)
}
