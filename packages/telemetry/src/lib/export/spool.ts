import type { EncodedBatch } from '../otlp/encoded-batch.ts'
import { backoffMillis } from './backoff-millis.ts'
import type { Delivered, Delivery, DeliveryFailure, ExportEnd, Refused } from './delivery.ts'
import type { Claim, ClaimedBatch, SpoolFolder } from './spool-folder.ts'
import { withDeadline } from './with-deadline.ts'

/** Where a queue puts what it cannot deliver. */
export interface Spool<Span> {
  /** Whether it is worth trying: not when the disk was full, or not to be written to, a moment ago. */
  readonly usable: boolean
  /** Resolves with whether the spans are on the disk; never rejects. */
  keep(spans: readonly Span[]): Promise<boolean>
  /** The same while the process exits; never throws. */
  keepNow(spans: readonly Span[]): boolean
  /** Puts a copy of spans on the disk that are being sent: nobody else sends it while this process lives. Never rejects. */
  secure(spans: readonly Span[]): Promise<void>
  /** Removes that copy, if there is one: the backend has answered. */
  forget(spans: readonly Span[]): void
}

/** Hears what becomes of spans on the disk. */
export interface SpoolObserver {
  delivered(delivery: Delivered, spans: number): void
  failed(failure: DeliveryFailure, spans: number, held: number): void
  /** The disk does not take it. */
  unusable(words: string): void
  /** An export is over; of its attempts the last is meant alone, as others may have been another process's. */
  concluded(end: ExportEnd): void
}

/** Spans as they go over the wire. */
export type Encoded =
  | {
      readonly batch: EncodedBatch
      /** Spans that are not in it, as they cannot be encoded. */
      readonly lost: number
      /** Why they cannot be. */
      readonly failure?: Refused | undefined
    }
  /** None of them can be encoded. */
  | { readonly batch: undefined; readonly lost: number; readonly failure: Refused }

export interface DiskSpoolOptions<Span> {
  readonly folder: Pick<SpoolFolder, 'newName' | 'keep' | 'keepNow' | 'keepClaimed' | 'claimOldest' | 'state'>
  readonly encode: (spans: readonly Span[]) => Encoded
  /** Two batches in place of one; none when it cannot be divided. */
  readonly halve: (batch: EncodedBatch) => readonly EncodedBatch[]
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
  /** Copies of what is being sent, once they are being written, and once they are there. */
  readonly #copying = new WeakMap<readonly Span[], Promise<void>>()
  readonly #copies = new WeakMap<readonly Span[], Claim>()
  #unusableUntil = 0
  #timer: NodeJS.Timeout | undefined
  #sending = false
  /** Resolves once nothing is under way any more; until it is stopped, nothing more is taken from the disk then. */
  #finishing: PromiseWithResolvers<void> | undefined
  #claimed: ClaimedBatch | undefined
  #failuresInARow = 0
  #abort = new AbortController()
  #exported = 0
  #refused = 0
  #rejected = 0

  constructor(options: DiskSpoolOptions<Span>) {
    this.#options = options
    this.#random = options.random ?? Math.random
  }

  get usable(): boolean {
    return performance.now() >= this.#unusableUntil
  }

  /** Spans of the batch from the disk that is under way. */
  get sending(): number {
    return this.#claimed?.spans ?? 0
  }

  /** Spans on the disk, those of other processes among them. */
  get spooled(): number {
    return this.#options.folder.state.spans
  }

  /** Spans that the backend has taken from the disk. */
  get exported(): number {
    return this.#exported
  }

  /** Spans from the disk that the backend has refused for good, and spans for the disk that cannot be encoded. */
  get refused(): number {
    return this.#refused
  }

  /** Spans that the backend has singled out in batches from the disk. */
  get rejected(): number {
    return this.#rejected
  }

  async keep(spans: readonly Span[]): Promise<boolean> {
    const copying = this.#copying.get(spans)
    if (copying !== undefined) await copying
    if (this.#releaseCopy(spans)) return true
    const encoded = this.#options.encode(spans)
    try {
      if (encoded.batch) await this.#options.folder.keep(encoded.batch, this.#nameOf(spans))
    } catch (error) {
      this.#leaveAlone(error)
      return false
    }
    this.#countLost(encoded)
    this.#sendSoon()
    return true
  }

  keepNow(spans: readonly Span[]): boolean {
    if (this.#releaseCopy(spans)) return true
    if (!this.usable) return false
    const encoded = this.#options.encode(spans)
    try {
      if (encoded.batch) this.#options.folder.keepNow(encoded.batch, this.#nameOf(spans))
    } catch (error) {
      this.#leaveAlone(error)
      return false
    }
    this.#countLost(encoded)
    return true
  }

  async secure(spans: readonly Span[]): Promise<void> {
    if (!this.usable || this.#copying.has(spans)) return
    const copying = this.#copy(spans)
    this.#copying.set(spans, copying)
    await copying
  }

  forget(spans: readonly Span[]): void {
    void this.#copying.get(spans)?.then(() => this.#copies.get(spans)?.remove())
  }

  /** Delivers what is on the disk: the backend may be back, or earlier processes may have left something. */
  deliver(): void {
    this.#failuresInARow = 0
    this.#deliver()
  }

  /**
   * Waits for the answer to what is being sent, for `deadlineMillis` at the most, and begins with nothing more, whoever
   * asks, before it is stopped: let go of in the middle, a batch that the backend takes is sent twice.
   */
  async finish(deadlineMillis: number): Promise<void> {
    this.#finishing ??= Promise.withResolvers()
    // Also where the next batch is only being taken from the disk.
    if (!this.#sending) this.#finishing.resolve()
    await withDeadline(deadlineMillis, this.#finishing.promise)
  }

  /** Lets go of what is being sent: this process is about to end, and another one may send it. */
  stop(): void {
    this.#finishing = undefined
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#claimed?.release()
    this.#claimed = undefined
    this.#abort.abort()
    this.#abort = new AbortController()
  }

  /** Only what can be encoded as a whole: what cannot is not counted before it is known what the backend takes. */
  async #copy(spans: readonly Span[]): Promise<void> {
    const { batch, lost } = this.#options.encode(spans)
    if (batch === undefined || lost > 0) return
    try {
      this.#copies.set(spans, await this.#options.folder.keepClaimed(batch, this.#nameOf(spans)))
    } catch (error) {
      this.#leaveAlone(error)
    }
  }

  /** Whether there was a copy; it is what is kept now. */
  #releaseCopy(spans: readonly Span[]): boolean {
    const copy = this.#copies.get(spans)
    if (copy === undefined) return false
    this.#copies.delete(spans)
    copy.release()
    this.#sendSoon()
    return true
  }

  #countLost({ lost, failure }: Encoded): void {
    if (lost === 0 || failure === undefined) return
    this.#refused += lost
    this.#options.observer.failed(failure, lost, this.spooled)
  }

  #nameOf(spans: readonly Span[]): string {
    const name = this.#names.get(spans) ?? this.#options.folder.newName()
    this.#names.set(spans, name)
    return name
  }

  #deliver(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#sending || this.#finishing !== undefined) return
    this.#sending = true
    void this.#sendAll(this.#abort.signal).finally(() => {
      this.#sending = false
      this.#finishing?.resolve()
    })
  }

  async #sendAll(signal: AbortSignal): Promise<void> {
    const { folder } = this.#options
    for (;;) {
      const claimed = await folder.claimOldest()
      if (signal.aborted || this.#finishing !== undefined) {
        claimed?.release()
        return
      }
      if (claimed === undefined) {
        this.#sendIn(LOOK_EVERY)
        return
      }
      this.#claimed = claimed
      const left = await this.#send(claimed, signal)
      // Let go of in the meantime.
      if (this.#claimed !== claimed) return
      this.#claimed = undefined
      if (left[0] === claimed) claimed.release()
      else if (await this.#keepAll(left)) await claimed.remove()
      else claimed.release()
      if (left.length > 0 || this.#finishing !== undefined) return
      this.#failuresInARow = 0
    }
  }

  /**
   * Sends a batch, in halves when it is too large for the backend, and resolves with what is to be tried again: the batch, or
   * those parts of it that came after the backend had gone.
   */
  async #send(batch: EncodedBatch, signal: AbortSignal): Promise<EncodedBatch[]> {
    const { folder, halve, observer, send } = this.#options
    const startedAt = performance.now()
    const delivery = await send(batch, signal)
    if (signal.aborted) return [batch]
    if (delivery.outcome === 'retry') {
      observer.failed(delivery, batch.spans, folder.state.spans)
      const wait = backoffMillis(FIRST_WAIT, this.#failuresInARow++, this.#random())
      this.#sendIn(Math.max(wait, delivery.retryAfterMillis ?? 0))
      return [batch]
    }
    const halves = delivery.outcome === 'refused' && delivery.tooLarge ? halve(batch) : []
    if (delivery.outcome === 'refused' && halves.length > 0) {
      observer.failed({ ...delivery, outcome: 'retry' }, batch.spans, folder.state.spans)
      const left: EncodedBatch[] = []
      for (const half of halves) left.push(...(left.length > 0 ? [half] : await this.#send(half, signal)))
      return left
    }
    this.#count(batch.spans, delivery, performance.now() - startedAt)
    return []
  }

  #count(spans: number, delivery: Exclude<Delivery, { outcome: 'retry' }>, millis: number): void {
    const { folder, observer } = this.#options
    if (delivery.outcome === 'refused') {
      this.#refused += spans
      observer.failed(delivery, spans, folder.state.spans)
      observer.concluded({ ...delivery, millis })
    } else {
      const rejected = Math.min(delivery.rejected, spans)
      this.#exported += spans - rejected
      this.#rejected += rejected
      observer.delivered(delivery, spans)
      observer.concluded({ millis, status: delivery.status, cause: rejected > 0 ? 'rejected' : undefined })
    }
  }

  async #keepAll(batches: readonly EncodedBatch[]): Promise<boolean> {
    const { folder } = this.#options
    try {
      for (const batch of batches) await folder.keep(batch, folder.newName())
      return true
    } catch (error) {
      this.#leaveAlone(error)
      return false
    }
  }

  #sendSoon(): void {
    this.#sendIn(backoffMillis(FIRST_WAIT, this.#failuresInARow, this.#random()))
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
