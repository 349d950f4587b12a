/** Reasons told in full; a request must not choose the size of its answer. */
const mostReasons = 5

/** Counts the spans of one request that are not kept, and says why: `rejected_spans` and `error_message` of a partial success. */
export class RejectedSpans {
  count = 0
  /** Bound: one entry per kind of reason, which come from this package's own code. */
  readonly #reasons = new Map<string, { count: number; first: string }>()
  readonly #notes = new Set<string>()

  /** `path` is where the first of them stands in the request. */
  reject(reason: string, path: string, count = 1): void {
    this.count += count
    const known = this.#reasons.get(reason)
    if (known) known.count += count
    else this.#reasons.set(reason, { count, first: path })
  }

  /** Something the sender should hear although no span was rejected for it; told once. */
  note(text: string): void {
    if (this.#notes.size < mostReasons) this.#notes.add(text)
  }

  /** In English, for people; empty when there is nothing to say. */
  get message(): string {
    const told = [...this.#reasons]
      .slice(0, mostReasons)
      .map(([reason, { count, first }]) =>
        count === 1 ? `${reason} (at ${first})` : `${reason} (${spans(count)}, first at ${first})`,
      )
    if (this.#reasons.size > mostReasons) told.push('and more')
    const rejected = this.count > 0 ? [`Rejected ${spans(this.count)}: ${told.join('; ')}.`] : []
    return [...rejected, ...this.#notes].join(' ')
  }
}

const spans = (count: number): string => (count === 1 ? '1 span' : `${count} spans`)
