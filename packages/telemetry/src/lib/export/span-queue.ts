import { backoffMillis } from './backoff-millis.ts'
import type { QueueConfig } from '../config/telemetry-config.ts'
import type { Deliver, Delivered, Delivery, DeliveryFailure } from './delivery.ts'
import type { Spool } from './spool.ts'
import type { DroppedSpans } from './telemetry-health.ts'

/** Hears what becomes of a queue's spans; `held` is how many the queue still has. */
export interface QueueObserver {
  delivered(delivery: Delivered, spans: number): void
  failed(failure: DeliveryFailure, spans: number, held: number): void
  dropped(reason: keyof DroppedSpans, spans: number): void
}

export interface SpanQueueOptions<Span> extends QueueConfig {
  readonly deliver: Deliver<Span>
  readonly observer: QueueObserver
  /** About how many bytes of memory a span takes. */
  readonly sizeOf: (span: Span) => number
  /** Takes what cannot be delivered for now. */
  readonly spool?: Spool<Span> | undefined
  /** In [0, 1). Spreads retries, so that the many processes of an outage do not come back as one. */
  readonly random?: () => number
}

interface Batch<Span> {
  readonly spans: readonly Span[]
  readonly bytes: number
  /** Resolves once the batch is delivered, refused or given up. */
  readonly settled: Promise<void>
  readonly settle: () => void
}

/** A wait for the queue to become empty that ends with spans being given up. */
interface Ending {
  readonly since: number
  readonly until: number
  readonly giveUp: () => void
}

/** Waits between attempts in milliseconds, doubled with each failure in a row. */
const FIRST_WAIT = 1000
/** The first wait while somebody waits for the queue to become empty: there may be time for a few attempts. */
const FIRST_WAIT_WHEN_HURRIED = 100
/** Requests at a time when the process ends: one after the other, a slow backend would take all its time for the first. */
const PARALLEL_AT_END = 8
/** A batch this large is sent although it could take more spans, in bytes: encoding it must not hold up the event loop. */
const LARGE_BATCH = 512 * 1024
/** A backend that has not answered for this long hangs, in milliseconds: what waits behind it goes to the disk. */
const HANGS = 5000
/** How long a process that wants to end knocks where nobody listens, in milliseconds. */
const KNOCKING_AT_END = 1000

/**
 * Holds ended spans until one destination has taken them: bounded in spans and bytes, one request at a time, no loss
 * unseen.
 *
 * A batch that fails goes behind the others and is tried again, so one that the backend chokes on does not hold them up; one that is too large is halved.
 * When the bound is reached the newest spans are dropped. Nothing here keeps a process alive, except that somebody
 * waits for `flush`, `drain` or `shutdown`.
 */
export class SpanQueue<Span> {
  readonly #options: SpanQueueOptions<Span>
  readonly #random: () => number
  #scheduledDelayMillis: number
  /** The batch being filled: fewer than `maxExportBatchSize` spans. */
  #open: Span[] = []
  #openBytes = 0
  /** Batches to be sent, failed ones last. */
  readonly #ready: Batch<Span>[] = []
  readonly #inFlight = new Set<Batch<Span>>()
  /** On their way to the disk. */
  readonly #keeping = new Set<Batch<Span>>()
  /** Spans in the four above: `maxQueueSize` at the most. */
  #held = 0
  /** What these take: `maxQueueBytes` at the most. */
  #heldBytes = 0
  #exported = 0
  readonly #dropped = { queueFull: 0, refused: 0, rejected: 0, deadline: 0, afterShutdown: 0 }
  #timer: NodeJS.Timeout | undefined
  #timerDue = Number.POSITIVE_INFINITY
  /** When the last request was made. */
  #sentAt = 0
  #failuresInARow = 0
  /** The backend is left alone until then; times are those of `performance.now()`. */
  #notBefore = 0
  /** The part of `#notBefore` that the backend asked for itself. */
  #askedNotBefore = 0
  #flushing = 0
  #ending: Ending | undefined
  #closed = false
  #abort = new AbortController()

  constructor(options: SpanQueueOptions<Span>) {
    this.#options = options
    this.#random = options.random ?? Math.random
    this.#scheduledDelayMillis = options.scheduledDelayMillis
  }

  get exported(): number {
    return this.#exported
  }

  get held(): number {
    return this.#held
  }

  /** Spans in the requests under way. */
  get inFlight(): number {
    let spans = 0
    for (const batch of this.#inFlight) spans += batch.spans.length
    return spans
  }

  get dropped(): Omit<DroppedSpans, 'spoolFull' | 'spoolUnreadable'> {
    return { ...this.#dropped }
  }

  /** Takes an ended span. */
  add(span: Span): void {
    const { maxQueueSize, maxQueueBytes, sizeOf } = this.#options
    if (this.#closed) {
      this.#drop('afterShutdown', 1)
    } else if (this.#held >= maxQueueSize) {
      this.#drop('queueFull', 1)
    } else {
      const bytes = sizeOf(span)
      if (this.#heldBytes + bytes > maxQueueBytes) this.#drop('queueFull', 1)
      else this.#hold(span, bytes)
    }
  }

  /**
   * Waits until every span added so far is delivered or refused, for `deadlineMillis` at the most. What is left then
   * stays in the queue and is tried again.
   */
  async flush(deadlineMillis: number = this.#options.exportTimeoutMillis): Promise<void> {
    const batches = this.#everything()
    if (batches.length === 0) return
    this.#flushing++
    this.#tryNow()
    await withDeadline(deadlineMillis, allSettled(batches))
    this.#flushing--
  }

  /**
   * Waits like `flush`, with several requests at a time, and drops what is left when the deadline comes: the process is
   * about to go. Spans that ended in the meantime stay. A wait that is already under way is joined, with its deadline.
   */
  async drain(deadlineMillis: number): Promise<void> {
    const batches = this.#everything()
    if (batches.length === 0) return
    if (this.#ending === undefined) {
      const now = performance.now()
      const { promise: hopeless, resolve: giveUp } = Promise.withResolvers<void>()
      this.#ending = { since: now, until: now + deadlineMillis, giveUp }
      this.#tryNow()
      let settled = false
      const done = allSettled(batches).then(() => {
        settled = true
      })
      await withDeadline(deadlineMillis, Promise.race([done, hopeless]))
      this.#ending = undefined
      if (!settled) this.#giveUp()
    } else {
      this.#tryNow()
      await allSettled(batches)
    }
  }

  /** Drains for the last time: spans that end from now on are dropped. */
  async shutdown(deadlineMillis: number): Promise<void> {
    this.#closed = true
    await this.drain(deadlineMillis)
  }

  /** From now on spans are sent as soon as they end: the process was told to go, and may do so at any time. */
  hurry(): void {
    this.#scheduledDelayMillis = 0
    this.#cut()
    this.#tryNow()
  }

  /**
   * Hands over everything in batches, to be delivered where this queue cannot: it needs the event loop. Requests under way
   * are handed over with the rest, as nobody will hear of their answers.
   */
  takeAll(): (readonly Span[])[] {
    return this.#remove(this.#everything()).map(({ spans }) => spans)
  }

  /** Counts spans that were handed over; those that were not delivered go to the disk. */
  conclude(spans: readonly Span[], delivered: boolean): void {
    if (delivered) this.#exported += spans.length
    else this.#keepOrDrop(spans)
  }

  #hold(span: Span, bytes: number): void {
    this.#held++
    this.#heldBytes += bytes
    this.#openBytes += bytes
    this.#open.push(span)
    if (this.#open.length >= this.#options.maxExportBatchSize || this.#openBytes >= LARGE_BATCH) {
      this.#cut()
      this.#wakeIn(0)
    } else if (this.#open.length === 1) {
      this.#wakeIn(this.#delay)
    }
  }

  /** Sends are due at once while somebody waits. */
  get #delay(): number {
    return this.#hurried ? 0 : this.#scheduledDelayMillis
  }

  get #hurried(): boolean {
    return this.#flushing > 0 || this.#ending !== undefined
  }

  #cut(): void {
    if (this.#open.length === 0) return
    this.#ready.push(createBatch(this.#open, this.#openBytes))
    this.#open = []
    this.#openBytes = 0
  }

  #everything(): Batch<Span>[] {
    this.#cut()
    return [...this.#inFlight, ...this.#ready, ...this.#keeping]
  }

  /** Forgets our own backoff, but not what the backend asked for. */
  #tryNow(): void {
    this.#failuresInARow = 0
    this.#notBefore = this.#askedNotBefore
    this.#wakeIn(0)
  }

  #wakeIn(millis: number): void {
    const now = performance.now()
    // What cannot be sent yet can be put on the disk.
    const due = this.#spool === undefined ? Math.max(now + millis, this.#notBefore) : now + millis
    if (due >= this.#timerDue) return
    clearTimeout(this.#timer)
    this.#timerDue = due
    this.#timer = setTimeout(() => this.#wake(), Math.max(due - performance.now(), 0)).unref()
  }

  #wake(): void {
    this.#timerDue = Number.POSITIVE_INFINITY
    const spool = this.#spool
    if (spool !== undefined && this.#stuck) {
      this.#cut()
      this.#keepAll(spool)
      return
    }
    // While others wait their turn, the open batch may as well become a full one.
    if (this.#ready.length === 0 && this.#inFlight.size === 0) this.#cut()
    if (this.#ready.length === 0) return
    if (performance.now() < this.#notBefore) {
      if (spool === undefined) this.#wakeIn(0)
      else this.#keepAll(spool)
      return
    }
    const parallel = this.#ending === undefined ? 1 : PARALLEL_AT_END
    while (this.#inFlight.size < parallel) {
      const batch = this.#ready.shift()
      if (batch === undefined) return
      void this.#send(batch)
    }
  }

  async #send(batch: Batch<Span>): Promise<void> {
    this.#inFlight.add(batch)
    this.#sentAt = performance.now()
    const delivery = await this.#options.deliver(batch.spans, this.#abort.signal)
    // Given up in the meantime, and counted then.
    if (!this.#inFlight.delete(batch)) return
    this.#settle(batch, delivery)
    if (this.#ready.length > 0) this.#wakeIn(0)
    else if (this.#open.length > 0) this.#wakeIn(this.#delay)
  }

  #settle(batch: Batch<Span>, delivery: Delivery): void {
    const { observer } = this.#options
    const spans = batch.spans.length
    if (delivery.outcome === 'retry') {
      const spool = this.#spool
      if (spool === undefined) this.#ready.push(batch)
      else void this.#keep(spool, batch)
      observer.failed(delivery, spans, this.#held)
      this.#backOff(delivery)
      return
    }
    // Whatever it answered, the backend is there and has time.
    this.#failuresInARow = 0
    this.#notBefore = this.#askedNotBefore = 0
    if (delivery.outcome === 'refused' && delivery.tooLarge && spans > 1) {
      this.#split(batch)
      observer.failed({ ...delivery, outcome: 'retry' }, spans, this.#held)
      return
    }
    this.#forget(batch)
    if (delivery.outcome === 'refused') {
      observer.failed(delivery, spans, this.#held)
      this.#drop('refused', spans)
      return
    }
    const rejected = Math.min(delivery.rejected, spans)
    this.#exported += spans - rejected
    observer.delivered(delivery, spans)
    if (rejected > 0) this.#drop('rejected', rejected)
  }

  get #spool(): Spool<Span> | undefined {
    const { spool } = this.#options
    return spool?.usable ? spool : undefined
  }

  /** Others wait for a request that has not been answered for long: the backend hangs. */
  get #stuck(): boolean {
    return this.#inFlight.size > 0 && this.#ending === undefined && performance.now() - this.#sentAt >= HANGS
  }

  #keepAll(spool: Spool<Span>): void {
    for (const batch of this.#ready.splice(0)) void this.#keep(spool, batch)
  }

  async #keep(spool: Spool<Span>, batch: Batch<Span>): Promise<void> {
    this.#keeping.add(batch)
    const kept = await spool.keep(batch.spans)
    // Given up or handed over in the meantime.
    if (!this.#keeping.delete(batch)) return
    if (kept) {
      this.#forget(batch)
    } else {
      this.#ready.push(batch)
      this.#wakeIn(0)
    }
  }

  #keepOrDrop(...batches: readonly (readonly Span[])[]): void {
    const { spool } = this.#options
    const lost = batches.filter((spans) => !spool?.keepNow(spans)).flat().length
    if (lost > 0) this.#drop('deadline', lost)
  }

  /** The halves go first: a backend that takes nothing of them shall have said so of every span before long. */
  #split(batch: Batch<Span>): void {
    const { spans, settle } = batch
    const middle = Math.ceil(spans.length / 2)
    const halves = [spans.slice(0, middle), spans.slice(middle)].map((half) => {
      return createBatch(half, (batch.bytes * half.length) / spans.length)
    })
    this.#ready.unshift(...halves)
    void allSettled(halves).then(settle)
  }

  #forget({ spans, bytes, settle }: Batch<Span>): void {
    this.#held -= spans.length
    this.#heldBytes = this.#held === 0 ? 0 : this.#heldBytes - bytes
    settle()
  }

  #backOff({ retryAfterMillis = 0, unreachable }: DeliveryFailure): void {
    const now = performance.now()
    // Batches that failed side by side are one failure of the backend.
    if (now >= this.#notBefore) {
      const first = this.#hurried ? FIRST_WAIT_WHEN_HURRIED : FIRST_WAIT
      this.#notBefore = now + backoffMillis(first, this.#failuresInARow++, this.#random())
    }
    this.#askedNotBefore = Math.max(this.#askedNotBefore, now + retryAfterMillis)
    this.#notBefore = Math.max(this.#notBefore, this.#askedNotBefore)

    if (this.#ending === undefined || this.#inFlight.size > 0) return
    const { since, until, giveUp } = this.#ending
    if (this.#notBefore >= until || (unreachable && now - since >= KNOCKING_AT_END)) giveUp()
  }

  /** Drops everything, or puts it on the disk, requests under way included. */
  #giveUp(): void {
    const batches = this.#remove(this.#everything())
    if (batches.length === 0) return
    this.#abort.abort()
    this.#abort = new AbortController()
    this.#keepOrDrop(...batches.map(({ spans }) => spans))
  }

  #remove(batches: Batch<Span>[]): Batch<Span>[] {
    this.#ready.length = 0
    this.#inFlight.clear()
    this.#keeping.clear()
    for (const batch of batches) this.#forget(batch)
    return batches
  }

  #drop(reason: keyof typeof this.dropped, spans: number): void {
    this.#dropped[reason] += spans
    this.#options.observer.dropped(reason, spans)
  }
}

function createBatch<Span>(spans: readonly Span[], bytes: number): Batch<Span> {
  const { promise: settled, resolve: settle } = Promise.withResolvers<void>()
  return { spans, bytes, settled, settle }
}

async function allSettled(batches: readonly Batch<unknown>[]): Promise<void> {
  await Promise.all(batches.map(({ settled }) => settled))
}

/** Resolves with `done`, or when the time is over. Its timer keeps the process alive meanwhile: somebody waits. */
async function withDeadline(millis: number, done: Promise<void>): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, millis)
  await Promise.race([done, over])
  clearTimeout(timer)
}
