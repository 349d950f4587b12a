/** Bound on traces waiting to be printed; more are counted. */
const mostWaiting = 1_000
/** Trees printed at each look; a person cannot read more, and printing must not hold up receiving. */
const mostPerLook = 10
const lookEveryMillis = 250
const quietMillis = 2_000
const longestWaitMillis = 30_000

/** What the printer needs to know of spans that arrived. */
export type Arrival = { readonly traceId: string; readonly hasRoot: boolean }

export type TracePrinterOptions = {
  /** The trace as text, or `undefined` when it is gone again. */
  readonly render: (traceId: string) => Promise<string | undefined>
  readonly print: (text: string) => void
  /** Milliseconds, monotonic. */
  readonly now: () => number
}

type Waiting = { readonly since: number; last: number; hasRoot: boolean }

/**
 * Prints each trace once its root is here and nothing came for 2 s, or 30 s after its first span.
 * A trace that grows afterwards is printed again.
 */
export class TracePrinter {
  readonly #options: TracePrinterOptions
  /** Bound: {@link mostWaiting}; an entry leaves when its trace is printed or counted as not shown. */
  readonly #waiting = new Map<string, Waiting>()
  #unshown = 0
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()

  constructor(options: TracePrinterOptions) {
    this.#options = options
  }

  /** Tells the printer what was stored just now; `unnamed` counts traces that nobody names. */
  arrived(arrivals: Iterable<Arrival>, unnamed = 0): void {
    const now = this.#options.now()
    this.#unshown += unnamed
    for (const { traceId, hasRoot } of arrivals) {
      const waiting = this.#waiting.get(traceId)
      if (waiting) {
        waiting.last = now
        waiting.hasRoot ||= hasRoot
      } else if (this.#waiting.size < mostWaiting) {
        this.#waiting.set(traceId, { since: now, last: now, hasRoot })
      } else {
        this.#unshown++
      }
    }
    if (this.#waiting.size > 0 || this.#unshown > 0) this.#arm()
  }

  /** Prints what is still waiting, at most one look's worth. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#looking
    await this.#print([...this.#waiting.keys()])
    this.#waiting.clear()
  }

  #arm(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#looking = this.#look().then(() => {
        if (this.#waiting.size > 0) this.#arm()
      })
    }, lookEveryMillis).unref()
  }

  async #look(): Promise<void> {
    const now = this.#options.now()
    const due = [...this.#waiting]
      .filter(
        ([, { since, last, hasRoot }]) =>
          (hasRoot && now - last >= quietMillis) || now - since >= longestWaitMillis,
      )
      .map(([traceId]) => traceId)
    for (const traceId of due) this.#waiting.delete(traceId)
    await this.#print(due)
  }

  async #print(traceIds: readonly string[]): Promise<void> {
    for (const traceId of traceIds.slice(0, mostPerLook)) {
      const text = await this.#options.render(traceId)
      if (text !== undefined) this.#options.print(text)
    }
    const unshown = this.#unshown + Math.max(0, traceIds.length - mostPerLook)
    this.#unshown = 0
    if (unshown > 0)
      this.#options.print(`… and ${unshown} more ${unshown === 1 ? 'trace' : 'traces'} not drawn here\n`)
  }
}
