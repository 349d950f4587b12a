/** For how long what was seen of the system's clock counts, in milliseconds: clocks are slewed, some by 0.1 ms in a second. */
const WINDOW_MILLIS = 1000

export interface WallClockSources {
  /** The system's clock, in whole milliseconds since 1970. */
  readonly date: () => number
  /** A clock that never goes back, in milliseconds with fractions. */
  readonly monotonic: () => number
  /** What the second one's zero was by the first, with fractions. */
  readonly origin: number
}

/**
 * Tells the time in fractions of milliseconds, and never another millisecond than `Date.now()`.
 *
 * `performance.timeOrigin + performance.now()` alone drifts away from the system's clock, by seconds in a process that
 * runs for days; `Date.now()` alone lets spans seem to begin before their parents' work, and to outlast it. Each reading of
 * both narrows what the distance between the two can be.
 */
export class WallClock {
  readonly #sources: WallClockSources
  #offset: number
  /** The least and the most that the distance can be, as seen since the window began. */
  #least = Number.NEGATIVE_INFINITY
  #most = Number.POSITIVE_INFINITY
  #windowEnd = Number.NEGATIVE_INFINITY

  constructor(
    sources: WallClockSources = {
      date: Date.now,
      monotonic: () => performance.now(),
      origin: performance.timeOrigin,
    },
  ) {
    this.#sources = sources
    this.#offset = sources.origin
  }

  /** Milliseconds since 1970, to about a quarter of a microsecond, which is what a number can hold. */
  now(): number {
    const monotonic = this.#sources.monotonic()
    const distance = this.#sources.date() - monotonic
    // The system's clock is cut off to whole milliseconds: the true distance is in [distance, distance + 1).
    const isStepped = distance >= this.#most || distance + 1 <= this.#least
    if (isStepped || monotonic >= this.#windowEnd) {
      this.#least = distance
      this.#most = distance + 1
      this.#windowEnd = monotonic + WINDOW_MILLIS
    } else {
      this.#least = Math.max(this.#least, distance)
      this.#most = Math.min(this.#most, distance + 1)
    }
    if (this.#offset < this.#least) this.#offset = this.#least
    else if (this.#offset >= this.#most) this.#offset = (this.#least + this.#most) / 2
    return this.#offset + monotonic
  }
}
