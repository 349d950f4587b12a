/** One window of counting, in milliseconds. */
const WINDOW = 1000

/**
 * The probability at which so many roots come through in a second, from how many there are: in the second before, or in
 * this one so far if they are more already.
 *
 * It depends on when roots come, never on their randomness, so the threshold made of it is true of those that are kept:
 * a bucket that runs empty could not say how many others a kept one stands for.
 */
export class RootRate {
  readonly #perSecond: number
  readonly #now: () => number
  #start: number
  #count = 0
  #before = 0

  /**
   * @param perSecond above 0
   * @param now milliseconds on a clock that never goes back
   */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond
    this.#now = now
    this.#start = now()
  }

  /** Counts one more root, and tells its probability. */
  next(): number {
    const windows = Math.floor((this.#now() - this.#start) / WINDOW)
    if (windows > 0) {
      this.#before = windows === 1 ? this.#count : 0
      this.#count = 0
      this.#start += windows * WINDOW
    }
    this.#count += 1
    return Math.min(1, this.#perSecond / Math.max(this.#before, this.#count))
  }
}
