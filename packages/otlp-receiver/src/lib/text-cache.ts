import { ByteText } from './byte-text.ts'

const slots = 4096
const longestCached = 64

/**
 * Remembers short ASCII texts by where their bytes hash to: telemetry repeats its keys and most of its values, and
 * comparing bytes costs a tenth of making a new string.
 *
 * Bound: 4,096 texts of at most 64 characters; a newcomer takes the place of whoever has its slot.
 */
export class TextCache {
  readonly #texts: string[] = new Array(slots).fill('')
  readonly #kept = new ByteText(new Uint8Array(slots * longestCached))

  /** The UTF-8 text from `start` to `end`; invalid bytes become U+FFFD. */
  read(source: ByteText, start: number, end: number): string {
    const length = end - start
    if (length === 0) return ''
    if (length > longestCached) return source.bytes.toString('utf8', start, end)
    const slot = source.sample(start, end) & (slots - 1)
    const known = this.#texts[slot] as string
    if (known.length === length && source.isAt(start, this.#kept, slot * longestCached, length)) return known
    const text = source.bytes.toString('utf8', start, end)
    // As many characters as bytes: ASCII, or bytes that are no UTF-8 and become as many U+FFFD. One length for both spares keeping another.
    if (text.length === length) {
      this.#texts[slot] = text
      source.bytes.copy(this.#kept.bytes, slot * longestCached, start, end)
    }
    return text
  }
}
