/** Of the first buffer, in bytes. */
const FIRST = 64 * 1024
/** A larger buffer is not kept for the next request, in bytes: this is more than what a usual batch takes. */
const KEPT = 2 * 1024 * 1024

/**
 * A request that is being written. Buffers are recycled: the memory of a fresh one of this size costs as much as a third of
 * what is written into it.
 */
export class RequestBytes {
  protected bytes: Buffer = Buffer.allocUnsafeSlow(FIRST)
  /** Of the next byte. */
  protected position = 0
  /** The length of the buffer: a field is read faster than a buffer's length. */
  #capacity = FIRST
  #spare: Buffer | undefined

  /** Bytes so far: a position for `since`. */
  get length(): number {
    return this.position
  }

  /** Forgets what was written. */
  clear(): void {
    this.position = 0
  }

  /** A copy of what was written from a position on. */
  since(position: number): Uint8Array {
    return new Uint8Array(this.bytes.subarray(position, this.position))
  }

  /** What was written. It stays as it is until it is given back, if ever. */
  take(): Uint8Array {
    const taken = this.bytes.subarray(0, this.position)
    this.bytes = this.#spare ?? Buffer.allocUnsafeSlow(Math.min(this.bytes.length, KEPT))
    this.#capacity = this.bytes.length
    this.#spare = undefined
    this.position = 0
    return taken
  }

  /** Takes back what nobody reads any more. */
  giveBack({ buffer }: Uint8Array): void {
    if (buffer.byteLength <= KEPT) this.#spare = Buffer.from(buffer)
  }

  /** Adds bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.position)
    this.position += bytes.length
  }

  /** Makes room for so many bytes more. */
  protected reserve(bytes: number): void {
    const needed = this.position + bytes
    if (needed > this.#capacity) this.#grow(needed)
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length))
    grown.set(this.bytes.subarray(0, this.position))
    this.bytes = grown
    this.#capacity = grown.length
  }
}
