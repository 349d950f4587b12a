import { AsyncLocalStorage } from 'node:async_hooks'
import { diag } from '@opentelemetry/api'

/** Milliseconds between two looks at the responses that are open. */
export const LOOK_INTERVAL = 30_000

/** A service has as many as it has connections. Those beyond are not looked at, and the first of them is told of. */
export const MAX_OPEN_RESPONSES = 10_000

/** A response whose body has not come to its end. It is a link of a list itself: each request enters and leaves it once. */
export interface OpenResponse {
  previous: OpenResponse | undefined
  next: OpenResponse | undefined
  /** Looks whether it goes on, and ends what waits for it when it does not. @returns whether it is still open */
  isOpenAt(now: number): boolean
}

/**
 * Looks after responses that may never end: undici stops reading a body that nobody takes, and waits for as long as the
 * connection stays.
 *
 * The timer is there while responses are, and for one more look behind the last: each of a service's requests would set
 * and clear one otherwise. It keeps no process alive.
 */
export class OpenResponses {
  /** The latest of at most {@link MAX_OPEN_RESPONSES}; each leaves at its end. */
  #latest: OpenResponse | undefined
  #count = 0
  /** A timer holds on to the context in which it was set: to that of some request, for as long as there are requests. */
  readonly #outside = AsyncLocalStorage.snapshot()
  #timer: NodeJS.Timeout | undefined
  #isFullTold = false

  add(response: OpenResponse): void {
    if (this.#count >= MAX_OPEN_RESPONSES) this.#tellFull()
    else if (!this.#has(response)) {
      response.next = this.#latest
      if (this.#latest !== undefined) this.#latest.previous = response
      this.#latest = response
      this.#count++
    }
    this.#timer ??= this.#outside(() => setTimeout(() => this.#look(), LOOK_INTERVAL).unref())
  }

  delete(response: OpenResponse): void {
    if (!this.#has(response)) return
    const { previous, next } = response
    if (previous === undefined) this.#latest = next
    else previous.next = next
    if (next !== undefined) next.previous = previous
    response.previous = undefined
    response.next = undefined
    this.#count--
  }

  /** Forgets all. */
  clear(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (let response = this.#latest; response !== undefined; response = this.#latest) this.delete(response)
  }

  #has(response: OpenResponse): boolean {
    return response.previous !== undefined || this.#latest === response
  }

  #look(): void {
    const now = performance.now()
    for (let response = this.#latest; response !== undefined; ) {
      const { next } = response
      if (!response.isOpenAt(now)) this.delete(response)
      response = next
    }
    if (this.#count === 0) this.#timer = undefined
    else this.#timer?.refresh()
  }

  #tellFull(): void {
    if (this.#isFullTold) return
    this.#isFullTold = true
    diag.warn(
      `${MAX_OPEN_RESPONSES} responses are open: spans of further ones stay open when nobody reads their bodies. Read them, or cancel them.`,
    )
  }
}
