/** Keeps the values used last, up to a total weight. */
export class LruCache<K, V> {
  readonly #mostWeight: number
  readonly #weigh: (value: V) => number
  /** Bound: `#mostWeight`; the value unused for longest leaves first. */
  readonly #values = new Map<K, V>()
  #weight = 0

  constructor(mostWeight: number, weigh: (value: V) => number = () => 1) {
    this.#mostWeight = mostWeight
    this.#weigh = weigh
  }

  /** The value of `key`, loaded if need be; what there is none of is not remembered. */
  get(key: K, load: () => V): V
  get(key: K, load: () => V | undefined): V | undefined
  get(key: K, load: () => V | undefined): V | undefined {
    const known = this.#values.get(key)
    if (known !== undefined) {
      this.#values.delete(key)
      this.#values.set(key, known)
      return known
    }
    const value = load()
    if (value === undefined) return value
    this.#values.set(key, value)
    this.#weight += this.#weigh(value)
    for (const [oldest, old] of this.#values) {
      if (this.#weight <= this.#mostWeight) break
      this.#values.delete(oldest)
      this.#weight -= this.#weigh(old)
    }
    return value
  }

  clear(): void {
    this.#values.clear()
    this.#weight = 0
  }
}
