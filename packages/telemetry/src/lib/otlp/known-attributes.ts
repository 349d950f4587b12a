import type { RequestBytes } from './request-bytes.ts'

/** Attributes have few names that come again. Where they are made up, all are forgotten at this many. */
const MAX_KEYS = 1024
/** Values of one name that are kept as they are written. Where they are more, all are forgotten. */
const MAX_VALUES = 8
/** What is longer, in characters, is not kept. */
const MAX_KEPT = 128

/** The attributes that were met before, in one format. */
export class KnownAttributes {
  readonly #byKey = new Map<string, KnownAttribute>()
  readonly #encodeKey: (key: string) => Uint8Array

  constructor(encodeKey: (key: string) => Uint8Array) {
    this.#encodeKey = encodeKey
  }

  get(key: string): KnownAttribute {
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    const added = new KnownAttribute(this.#encodeKey(key))
    if (key.length > MAX_KEPT) return added
    if (this.#byKey.size >= MAX_KEYS) this.#byKey.clear()
    this.#byKey.set(key, added)
    return added
  }
}

/**
 * How an attribute is written that was met before. Most are the same from span to span, or one of a few: those that came
 * twice in a row are kept, and copied from then on. What differs each time costs no more than one comparison.
 */
export class KnownAttribute {
  /** What comes before its value. */
  readonly before: Uint8Array
  /** Its last value, where that is short. */
  #value: unknown
  /** The attribute with this value, where it is kept. */
  #whole: Uint8Array | undefined
  /** At most `MAX_VALUES`. */
  #kept: Map<unknown, Uint8Array> | undefined

  constructor(before: Uint8Array) {
    this.before = before
  }

  /** The attribute with this value, where it is kept. */
  find(value: unknown): Uint8Array | undefined {
    if (value === this.#value) return this.#whole
    const whole = this.#kept?.get(value)
    if (whole === undefined) return undefined
    this.#value = value
    this.#whole = whole
    return whole
  }

  /** Takes note of what was not found, and was written from a position on. */
  note(value: unknown, out: RequestBytes, from: number): void {
    if (value === this.#value && value !== undefined) {
      this.#whole = out.since(from)
      this.#kept ??= new Map()
      if (this.#kept.size >= MAX_VALUES) this.#kept.clear()
      this.#kept.set(value, this.#whole)
    } else {
      this.#value = isUnchanging(value) ? value : undefined
      this.#whole = undefined
    }
  }
}

/** Lists and objects may be others by the next time, although they are the same. */
function isUnchanging(value: unknown): boolean {
  return typeof value === 'string' ? value.length <= MAX_KEPT : typeof value !== 'object'
}
