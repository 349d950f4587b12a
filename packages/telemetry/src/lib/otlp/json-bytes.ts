/** Of the first buffer, in bytes. */
const FIRST = 64 * 1024
/** A larger buffer is not kept for the next text, in bytes: this is more than what a usual batch takes. */
const KEPT = 2 * 1024 * 1024
/** From here on the engine's own functions are faster than a loop, in characters. */
const LONG = 96
/** No character takes more in UTF-8, or escaped. */
const MAX_BYTES_PER_CHARACTER = 6

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20
const TILDE = 0x7e
const ZERO = 0x30

/**
 * Writes JSON as bytes. It does not look at structure: commas and brackets are the caller's. Buffers are recycled: the
 * memory of a fresh one of this size costs as much as a third of what is written into it.
 */
export class JsonBytes {
  #bytes: Buffer = Buffer.allocUnsafeSlow(FIRST)
  #length = 0
  #spare: Buffer | undefined

  /** Bytes so far: a position for `since`. */
  get length(): number {
    return this.#length
  }

  /** Forgets what was written. */
  clear(): void {
    this.#length = 0
  }

  /** A copy of what was written from a position on. */
  since(position: number): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#bytes, position, this.#length)
  }

  /** What was written. It stays as it is until it is given back, if ever. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length)
    this.#bytes = this.#spare ?? Buffer.allocUnsafeSlow(Math.min(this.#bytes.length, KEPT))
    this.#spare = undefined
    this.#length = 0
    return taken
  }

  /** Takes back what nobody reads any more. */
  giveBack({ buffer }: Uint8Array): void {
    if (buffer.byteLength <= KEPT) this.#spare = Buffer.from(buffer)
  }

  /** Adds bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Adds one ASCII character. */
  character(code: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = code
  }

  /** Adds ASCII as it is: digits, Base64. */
  ascii(text: string): void {
    this.#reserve(text.length)
    this.#length += this.#bytes.write(text, this.#length, 'latin1')
  }

  /** Adds a string with its quotes. Half a surrogate pair becomes U+FFFD, as UTF-8 has none. */
  string(text: string): void {
    const { length } = text
    this.#reserve(MAX_BYTES_PER_CHARACTER * length + 2)
    if (length > LONG) {
      this.#escaped(text)
      return
    }
    const bytes = this.#bytes
    let position = this.#length
    bytes[position++] = QUOTE
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index)
      if (code < SPACE || code > TILDE || code === QUOTE || code === BACKSLASH) {
        this.#escaped(text)
        return
      }
      bytes[position++] = code
    }
    bytes[position++] = QUOTE
    this.#length = position
  }

  /** Adds an integer from 0 to 999,999,999 as nine digits. */
  nineDigits(value: number): void {
    this.#reserve(9)
    let rest = value
    for (let position = this.#length + 8; position >= this.#length; position--) {
      const tenth = (rest / 10) | 0
      this.#bytes[position] = ZERO + rest - 10 * tenth
      rest = tenth
    }
    this.#length += 9
  }

  #escaped(text: string): void {
    this.#length += this.#bytes.write(JSON.stringify(text.toWellFormed()), this.#length)
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes
    if (needed <= this.#bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}
