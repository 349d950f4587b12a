import { backoffMillis } from './backoff-millis.ts'
import type { Delivered, Delivery, DeliveryFailure } from './delivery.ts'
import type { ClaimedBatch, EncodedBatch, SpoolFolder } from './spool-folder.ts'

/** Where a queue puts what it cannot deliver. */
export interface Spool<Span> {
  /** Whether it is worth trying: not when the disk was full, or not to be written to, a moment ago. */
  readonly usable: boolean
  /** Resolves with whether the spans are on the disk; never rejects. */
  keep(spans: readonly Span[]): Promise<boolean>
  /** The same while the process exits; never throws. */
  keepNow(spans: readonly Span[]): boolean
}

/** Hears what becomes of spans on the disk. */
export interface SpoolObserver {
  delivered(delivery: Delivered, spans: number): void
  failed(failure: DeliveryFailure, spans: number, held: number): void
  /** The disk does not take it. */
  unusable(words: string): void
}

export interface DiskSpoolOptions<Span> {
  readonly folder: Pick<SpoolFolder, 'newName' | 'keep' | 'keepNow' | 'claimOldest' | 'state'>
  /** Nothing when none of the spans can be encoded. */
  readonly encode: (spans: readonly Span[]) => EncodedBatch | undefined
  /** Sends one batch once; never rejects. */
  readonly send: (batch: EncodedBatch, signal: AbortSignal) => Promise<Delivery>
  readonly observer: SpoolObserver
  readonly random?: () => number
}

/** The first wait after a failure, in milliseconds. */
const FIRST_WAIT = 1000
/** After a failed write the disk is left alone for this long, in milliseconds. */
const LEFT_ALONE = 30_000
/** How often a folder is looked into where nothing was left a moment ago, in milliseconds: another process may have died. */
const LOOK_EVERY = 30_000

/**
 * Keeps on disk what cannot be delivered, and delivers it when the backend is back: one batch at a time, the oldest first,
 * beside the queue. Nothing here keeps a process alive.
 */
export class DiskSpool<Span> implements Spool<Span> {
  readonly #options: DiskSpoolOptions<Span>
  readonly #random: () => number
  /** By which name a batch is kept, so that at an exit one that is just being written is not there twice. */
  readonly #names = new WeakMap<readonly Span[], string>()
  #unusableUntil = 0
  #timer: NodeJS.Timeout | undefined
  #sending = false
  #claimed: ClaimedBatch | undefined
  #failuresInARow = 0
  #abort = new AbortController()
  #exported = 0
  #refused = 0

  constructor(options: DiskSpoolOptions<Span>) {
    this.#options = options
    this.#random = options.random ?? Math.random
  }

  get usable(): boolean {
    return performance.now() >= this.#unusableUntil
  }

  /** Whether a batch from the disk is under way. */
  get sending(): boolean {
    return this.#claimed !== undefined
  }

  /** Spans on the disk, those of other processes among them. */
  get spooled(): number {
    return this.#options.folder.state.spans
  }

  /** Spans that the backend has taken from the disk. */
  get exported(): number {
    return this.#exported
  }

  /** Spans from the disk that the backend has refused for good. */
  get refused(): number {
    return this.#refused
  }

  async keep(spans: readonly Span[]): Promise<boolean> {
    const batch = this.#options.encode(spans)
    if (batch === undefined) return false
    try {
      await this.#options.folder.keep(batch, this.#nameOf(spans))
    } catch (error) {
      this.#leaveAlone(error)
      return false
    }
    this.#sendIn(backoffMillis(FIRST_WAIT, this.#failuresInARow, this.#random()))
    return true
  }

  keepNow(spans: readonly Span[]): boolean {
    const batch = this.#options.encode(spans)
    if (batch === undefined || !this.usable) return false
    try {
      this.#options.folder.keepNow(batch, this.#nameOf(spans))
      return true
    } catch (error) {
      this.#leaveAlone(error)
      return false
    }
  }

  /** Delivers what is on the disk: the backend may be back, or earlier processes may have left something. */
  deliver(): void {
    this.#failuresInARow = 0
    this.#deliver()
  }

  /** Lets go of what is being sent: this process is about to end, and another one may send it. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#claimed?.release()
    this.#claimed = undefined
    this.#abort.abort()
    this.#abort = new AbortController()
  }

  #nameOf(spans: readonly Span[]): string {
    const name = this.#names.get(spans) ?? this.#options.folder.newName()
    this.#names.set(spans, name)
    return name
  }

  #deliver(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#sending) return
    this.#sending = true
    void this.#sendAll(this.#abort.signal).finally(() => {
      this.#sending = false
    })
  }

  async #sendAll(signal: AbortSignal): Promise<void> {
    const { folder, send, observer } = this.#options
    for (;;) {
      const batch = await folder.claimOldest()
      if (signal.aborted) batch?.release()
      if (signal.aborted) return
      if (batch === undefined) {
        this.#sendIn(LOOK_EVERY)
        return
      }
      this.#claimed = batch
      const delivery = await send(batch, signal)
      // Let go of in the meantime.
      if (this.#claimed !== batch) return
      this.#claimed = undefined
      if (delivery.outcome === 'retry') {
        batch.release()
        observer.failed(delivery, batch.spans, folder.state.spans)
        const wait = backoffMillis(FIRST_WAIT, this.#failuresInARow++, this.#random())
        this.#sendIn(Math.max(wait, delivery.retryAfterMillis ?? 0))
        return
      }
      await batch.remove()
      this.#failuresInARow = 0
      if (delivery.outcome === 'refused') {
        this.#refused += batch.spans
        observer.failed(delivery, batch.spans, folder.state.spans)
      } else {
        const rejected = Math.min(delivery.rejected, batch.spans)
        this.#exported += batch.spans - rejected
        this.#refused += rejected
        observer.delivered(delivery, batch.spans)
      }
    }
  }

  #sendIn(millis: number): void {
    if (this.#timer !== undefined) return
    this.#timer = setTimeout(() => this.#deliver(), millis).unref()
  }

  #leaveAlone(error: unknown): void {
    this.#unusableUntil = performance.now() + LEFT_ALONE
    this.#options.observer.unusable(error instanceof Error ? error.message : String(error))
  }
}
