/** Attributes have few names that come again. Where they are made up, all are forgotten at this many. */
const MAX_KEYS = 1024
/** What is longer, in characters, is not kept. */
const MAX_KEPT = 128

/** How an attribute is written that was met before. */
export interface KnownAttribute {
  /** What comes before its value. */
  readonly before: Uint8Array
  /** Its last value, where that is short. */
  value: unknown
  /** The attribute with this value, once it came a second time in a row: most are the same from span to span. */
  whole: Uint8Array | undefined
}

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
    const added: KnownAttribute = { before: this.#encodeKey(key), value: undefined, whole: undefined }
    if (key.length > MAX_KEPT) return added
    if (this.#byKey.size >= MAX_KEYS) this.#byKey.clear()
    this.#byKey.set(key, added)
    return added
  }
}

/** Lists and objects may be others by the next time, although they are the same. */
export function isKept(value: unknown): boolean {
  return typeof value === 'string' ? value.length <= MAX_KEPT : typeof value !== 'object'
}
