/** Reasons told in full; a hostile request must not choose the size of its answer. */
const mostReasons = 5

/** Counts what one request's sender is told was not accepted, and why: `rejected_*` and `error_message` of a partial success. */
export class RejectedItems {
  count = 0
  readonly #noun: string
  /** Bound: one entry per kind of reason, which come from this package's own code. */
  readonly #reasons = new Map<string, { count: number; first: string }>()
  readonly #notes = new Set<string>()

  constructor(noun: string) {
    this.#noun = noun
  }

  /** `path` is where the first of them stands in the request. */
  reject(reason: string, path: string, count = 1): void {
    this.count += count
    const known = this.#reasons.get(reason)
    if (known) known.count += count
    else this.#reasons.set(reason, { count, first: path })
  }

  /** Something the sender should hear although nothing was rejected for it. */
  note(text: string): void {
    this.#notes.add(text)
  }

  /** In English, for people; empty when there is nothing to say. */
  get message(): string {
    const reasons = [...this.#reasons].slice(0, mostReasons)
    const told = reasons.map(([reason, { count, first }]) =>
      count === 1 ? `${reason} (at ${first})` : `${reason} (${count} ${this.#noun}, first at ${first})`,
    )
    const more = this.#reasons.size - told.length
    if (more > 0) told.push(`and ${more} more reasons`)
    const rejected = this.count > 0 ? [`Rejected ${this.count} ${this.#noun}: ${told.join('; ')}.`] : []
    return [...rejected, ...this.#notes].join(' ')
  }
}
