import { RequestBytes } from './request-bytes.ts'

/** From here on the engine's own functions are faster than a loop, in characters. */
const LONG = 96
/** No character takes more in UTF-8, or escaped. */
const MAX_BYTES_PER_CHARACTER = 6

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20
const TILDE = 0x7e
const ZERO = 0x30

/** Writes JSON as bytes. It does not look at structure: commas and brackets are the caller's. */
export class JsonBytes extends RequestBytes {
  /** Adds one ASCII character. */
  character(code: number): void {
    this.reserve(1)
    this.bytes[this.position++] = code
  }

  /** Adds ASCII as it is: digits, Base64. */
  ascii(text: string): void {
    this.reserve(text.length)
    this.position += this.bytes.write(text, this.position, 'latin1')
  }

  /** Adds a string with its quotes. Half a surrogate pair becomes U+FFFD, as UTF-8 has none. */
  string(text: string): void {
    const { length } = text
    this.reserve(MAX_BYTES_PER_CHARACTER * length + 2)
    if (length > LONG) {
      this.#escaped(text)
      return
    }
    const bytes = this.bytes
    let position = this.position
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
    this.position = position
  }

  /** Adds an integer from 0 to 999,999,999 as nine digits. */
  nineDigits(value: number): void {
    this.reserve(9)
    let rest = value
    for (let position = this.position + 8; position >= this.position; position--) {
      const tenth = (rest / 10) | 0
      this.bytes[position] = ZERO + rest - 10 * tenth
      rest = tenth
    }
    this.position += 9
  }

  #escaped(text: string): void {
    this.position += this.bytes.write(JSON.stringify(text.toWellFormed()), this.position)
  }
}
