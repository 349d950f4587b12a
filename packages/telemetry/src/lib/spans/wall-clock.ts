import { monotonicMillis } from './monotonic-millis.ts'

/** For how long what was seen of the system's clock counts, in milliseconds: clocks are slewed, some by 0.1 ms in a second. */
const WINDOW_MILLIS = 1000

/** What was seen of the system's clock a moment ago is seen again, for so long in milliseconds: whole ones are all it tells. */
const MOMENT_MILLIS = 0.25

/** A correction up to this, in milliseconds, is waited for; what goes back further has been set. */
const PATIENCE_MILLIS = 2

/** What a number holds of the time since 1970, and a little more, in milliseconds. */
const GRAIN_MILLIS = 0.001

export interface WallClockSources {
  /** The system's clock, in whole milliseconds since 1970. */
  readonly date: () => number
  /** A clock that never goes back, in milliseconds with fractions. */
  readonly monotonic: () => number
  /** What the second one's zero was by the first, with fractions. */
  readonly origin: number
}

/**
 * Tells the time in fractions of milliseconds, within a millisecond of `Date.now()`.
 *
 * `performance.timeOrigin + performance.now()` alone drifts away from the system's clock, by seconds in a process that
 * runs for days; `Date.now()` alone lets spans seem to begin before their parents' work, and to outlast it. Each reading of
 * both narrows what the distance between the two can be. The time goes back only where somebody sets the system's clock back.
 */
export class WallClock {
  readonly #sources: WallClockSources
  #offset: number
  /** The least and the most that the distance can be, as seen since the window began. */
  #least = Number.NEGATIVE_INFINITY
  #most = Number.POSITIVE_INFINITY
  #windowEnd = Number.NEGATIVE_INFINITY
  /** When the system's clock was looked at last, by the other one. */
  #lookedAt = Number.NEGATIVE_INFINITY
  #last = Number.NEGATIVE_INFINITY
  #monotonic = 0

  constructor(
    sources: WallClockSources = {
      date: Date.now,
      monotonic: monotonicMillis,
      origin: performance.timeOrigin,
    },
  ) {
    this.#sources = sources
    this.#offset = sources.origin
  }

  /** What the clock that never goes back said when the time was told last, in milliseconds. */
  get monotonic(): number {
    return this.#monotonic
  }

  /** Milliseconds since 1970, to about a quarter of a microsecond, which is what a number can hold. */
  now(): number {
    const monotonic = this.#sources.monotonic()
    this.#monotonic = monotonic
    if (monotonic - this.#lookedAt >= MOMENT_MILLIS) this.#look(monotonic)
    const time = this.#offset + monotonic
    if (time >= this.#last || time < this.#last - PATIENCE_MILLIS) this.#last = time
    return this.#last
  }

  #look(monotonic: number): void {
    this.#lookedAt = monotonic
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
    else if (this.#offset >= this.#most) this.#offset = Math.max(this.#least, this.#most - GRAIN_MILLIS)
  }
}
