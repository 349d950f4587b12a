import { ByteText } from './byte-text.ts'
import { TextCache } from './text-cache.ts'

const slots = 4096
/** Of key and text together: a browser's `user_agent.original` fits. */
const longestCached = 192

/** A `KeyValue` whose value is a text. */
export type TextAttribute = {
  readonly key: string
  readonly value: { readonly type: 'string'; readonly value: string }
}

const none: TextAttribute = { key: '', value: { type: 'string', value: '' } }

/**
 * Remembers attributes whose value is a text, as {@link TextCache} remembers texts: spans that say the same share one object, which spares
 * the memory of most attributes and what collecting it would cost.
 *
 * Bound: 4,096 attributes of at most 192 characters. A newcomer takes the place of whoever has its slot when it comes the second time in a
 * row, so that ids and paths, which come once, cost no more than without this.
 */
export class AttributeCache {
  readonly #keys = new TextCache()
  /** Of each slot the hash of who came last and was not kept. */
  readonly #waiting = new Int32Array(slots)
  readonly #attributes: TextAttribute[] = new Array(slots).fill(none)
  /** Of each attribute its key and its text, one behind the other. */
  readonly #kept = new ByteText(new Uint8Array(slots * longestCached))

  /** The attribute with these bytes as its key and text, in UTF-8; invalid bytes become U+FFFD. */
  read(source: ByteText, keyStart: number, keyEnd: number, start: number, end: number): TextAttribute {
    const keyLength = keyEnd - keyStart
    const length = end - start
    if (keyLength === 0 || length === 0 || keyLength + length > longestCached)
      return this.#make(source, keyStart, keyEnd, start, end)
    const hash = source.sample(keyStart, keyEnd) * 7 + source.sample(start, end)
    const slot = hash & (slots - 1)
    const at = slot * longestCached
    const kept = this.#kept
    const known = this.#attributes[slot] as TextAttribute
    const isKnown =
      known.key.length === keyLength &&
      known.value.value.length === length &&
      source.isAt(start, kept, at + keyLength, length) &&
      source.isAt(keyStart, kept, at, keyLength)
    if (isKnown) return known
    const attribute = this.#make(source, keyStart, keyEnd, start, end)
    if (this.#waiting[slot] !== hash) this.#waiting[slot] = hash
    // One length for both: see TextCache.
    else if (attribute.key.length === keyLength && attribute.value.value.length === length) {
      this.#attributes[slot] = attribute
      source.bytes.copy(kept.bytes, at, keyStart, keyEnd)
      source.bytes.copy(kept.bytes, at + keyLength, start, end)
    }
    return attribute
  }

  #make(source: ByteText, keyStart: number, keyEnd: number, start: number, end: number): TextAttribute {
    const key = this.#keys.read(source, keyStart, keyEnd)
    return { key, value: { type: 'string', value: source.bytes.toString('utf8', start, end) } }
  }
}
