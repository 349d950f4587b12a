import { ByteText } from './byte-text.ts'
import type { KeyValue } from './model/any-value.ts'
import { SharedAttribute, sharedAttributeSlots as slots } from './model/shared-attribute.ts'

/** Of all bytes of an attribute: a browser's `user_agent.original` fits. */
const longestCached = 192

/**
 * Remembers attributes by the bytes they were decoded from: spans that say the same share one object, which spares decoding most attributes,
 * the memory of them, and whatever whoever receives them would do again ({@link SharedAttribute}).
 *
 * Bound: as many as there are slots, of at most 192 bytes. A newcomer takes the place of whoever has its slot when it comes the second time in
 * a row, so that ids and paths, which come once, cost no more than without this.
 *
 * The `hash` of an attribute is its reader's choice, and so is `owner`: what else must be the same for the bytes to mean the same.
 */
export class AttributeCache<Owner extends object> {
  /** Of each slot the hash of who came last and was not kept. */
  readonly #waiting = new Int32Array(slots)
  readonly #attributes: (SharedAttribute | undefined)[] = new Array(slots).fill(undefined)
  readonly #owners: (Owner | undefined)[] = new Array(slots).fill(undefined)
  readonly #lengths = new Uint8Array(slots)
  readonly #kept = new ByteText(new Uint8Array(slots * longestCached))

  /** The attribute that was decoded from the bytes from `start` to `end`, if it is kept. */
  find(source: ByteText, start: number, end: number, owner: Owner, hash: number): KeyValue | undefined {
    const slot = hash & (slots - 1)
    if (this.#lengths[slot] !== end - start) return undefined
    return this.#inSlot(slot, source, start, owner)
  }

  /** The attribute last found or kept for `owner` under `hash`, if its bytes are those at `start`, however many. */
  guess(source: ByteText, start: number, owner: Owner, hash: number): KeyValue | undefined {
    return this.#inSlot(hash & (slots - 1), source, start, owner)
  }

  /** How many bytes the attribute kept under `hash` has. */
  lengthOf(hash: number): number {
    return this.#lengths[hash & (slots - 1)] as number
  }

  /** Takes note of an attribute that was not found; what comes back is to be used in its place. Neither its bytes nor its value may change later. */
  offer(
    source: ByteText,
    start: number,
    end: number,
    owner: Owner,
    hash: number,
    attribute: KeyValue,
  ): KeyValue {
    const length = end - start
    if (length > longestCached) return attribute
    const slot = hash & (slots - 1)
    if (this.#waiting[slot] !== hash) {
      this.#waiting[slot] = hash
      return attribute
    }
    const shared = new SharedAttribute(attribute.key, attribute.value, slot)
    this.#attributes[slot] = shared
    this.#owners[slot] = owner
    this.#lengths[slot] = length
    source.bytes.copy(this.#kept.bytes, slot * longestCached, start, end)
    return shared
  }

  #inSlot(slot: number, source: ByteText, start: number, owner: Owner): KeyValue | undefined {
    if (this.#owners[slot] !== owner) return undefined
    const length = this.#lengths[slot] as number
    return source.isAt(start, this.#kept, slot * longestCached, length) ? this.#attributes[slot] : undefined
  }
}
