import type { QueueConfig } from '../config/telemetry-config.ts'
import { backoffMillis } from './backoff-millis.ts'
import type { Deliver, Delivered, Delivery, DeliveryFailure, ExportEnd } from './delivery.ts'
import { setTimeoutOutside } from './set-timeout-outside.ts'
import type { Spool } from './spool.ts'
import type { DroppedSpans } from './telemetry-health.ts'
import { withDeadline } from './with-deadline.ts'

/** Hears what becomes of a queue's spans; `held` is how many the queue still has. */
export interface QueueObserver {
  delivered(delivery: Delivered, spans: number): void
  failed(failure: DeliveryFailure, spans: number, held: number): void
  dropped(reason: keyof DroppedSpans, spans: number): void
  /** The last attempt of a process that has no time for another has failed. */
  interrupted(failure: DeliveryFailure): void
  /** An export is over. Not said of what goes to the disk. */
  concluded(end: ExportEnd): void
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
  /** When it was sent first; missing until then. */
  firstSentAt?: number | undefined
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
/** A backend that has not answered for this long hangs, in milliseconds: what it was sent, and what waits behind that, goes to the disk. */
const HANGS = 5000
/** The same when the queue is half full: in milliseconds, too. */
const HANGS_UNDER_LOAD = 1000
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
  /** Of these, in batches that were sent at least once. */
  #sent = 0
  #exported = 0
  #handedOver = 0
  #givenUpUnsent = 0
  readonly #dropped = { queueFull: 0, refused: 0, rejected: 0, deadline: 0, afterShutdown: 0 }
  #timer: NodeJS.Timeout | undefined
  #timerDue = Number.POSITIVE_INFINITY
  /** When the last request was made. */
  #sentAt = 0
  /** Batches are put on the disk one after the other: encoding all of them at once would hold up the event loop. */
  #keepingAll = false
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

  /** Spans whose export has begun and is not over: those that wait for another attempt among them. */
  get inFlight(): number {
    return this.#sent
  }

  /** Spans that were sent at least once, or went to the disk. */
  get handedOver(): number {
    return this.#handedOver
  }

  /** Of those dropped for `deadline`, the ones that were never sent. */
  get givenUpUnsent(): number {
    return this.#givenUpUnsent
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
    const batches = this.#everything()
    for (const batch of batches) this.#begin(batch)
    return this.#remove(batches).map(({ spans }) => spans)
  }

  /** Counts spans that were handed over, by what became of them; those that may be delivered later go to the disk. */
  conclude(spans: readonly Span[], delivery: Delivery): void {
    const mayFit = delivery.outcome === 'refused' && delivery.tooLarge && spans.length > 1
    if (delivery.outcome === 'retry' || mayFit) {
      this.#options.observer.interrupted(delivery)
      this.#keepOrDrop([createBatch(spans, 0, performance.now())])
    } else {
      this.#options.spool?.forget(spans)
      this.#count(spans.length, delivery)
    }
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
    this.#timer = setTimeoutOutside(() => this.#wake(), Math.max(due - performance.now(), 0))
  }

  #wake(): void {
    this.#timerDue = Number.POSITIVE_INFINITY
    const spool = this.#spool
    if (spool !== undefined && this.#stuck) {
      this.#cut()
      void this.#keepAll(spool)
      return
    }
    // While others wait their turn, the open batch may as well become a full one.
    if (this.#ready.length === 0 && this.#inFlight.size === 0) this.#cut()
    if (this.#ready.length === 0) return
    if (performance.now() < this.#notBefore) {
      if (spool === undefined) this.#wakeIn(0)
      else void this.#keepAll(spool)
      return
    }
    const parallel = this.#ending === undefined ? 1 : PARALLEL_AT_END
    if (this.#inFlight.size >= parallel) return
    const batch = this.#ready.shift()
    if (batch === undefined) return
    void this.#send(batch)
    // One at a time, as each is encoded when it is sent.
    if (this.#ready.length > 0 && this.#inFlight.size < parallel) this.#wakeIn(0)
  }

  async #send(batch: Batch<Span>): Promise<void> {
    this.#begin(batch)
    this.#inFlight.add(batch)
    this.#sentAt = performance.now()
    const hangs = this.#options.spool && setTimeout(() => this.#onHang(batch), HANGS).unref()
    const delivery = await this.#options.deliver(batch.spans, this.#abort.signal)
    clearTimeout(hangs)
    // Given up in the meantime, and counted then.
    if (!this.#inFlight.delete(batch)) return
    this.#settle(batch, delivery)
    if (this.#ready.length > 0) this.#wakeIn(0)
    else if (this.#open.length > 0) this.#wakeIn(this.#delay)
  }

  /** Its export begins, if it has not before. */
  #begin(batch: Batch<Span>): void {
    if (batch.firstSentAt !== undefined) return
    batch.firstSentAt = performance.now()
    this.#sent += batch.spans.length
    this.#handedOver += batch.spans.length
  }

  #settle(batch: Batch<Span>, delivery: Delivery): void {
    const { observer, spool: disk } = this.#options
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
    disk?.forget(batch.spans)
    if (delivery.outcome === 'refused' && delivery.tooLarge && spans > 1) {
      this.#split(batch)
      observer.failed({ ...delivery, outcome: 'retry' }, spans, this.#held)
      return
    }
    this.#forget(batch)
    this.#count(spans, delivery, batch.firstSentAt)
  }

  #count(
    spans: number,
    delivery: Exclude<Delivery, { outcome: 'retry' }>,
    firstSentAt: number = performance.now(),
  ): void {
    const { observer } = this.#options
    const millis = performance.now() - firstSentAt
    if (delivery.outcome === 'refused') {
      observer.failed(delivery, spans, this.#held)
      observer.concluded({ ...delivery, millis })
      this.#drop('refused', spans)
      return
    }
    const rejected = Math.min(delivery.rejected, spans)
    this.#exported += spans - rejected
    observer.delivered(delivery, spans)
    observer.concluded({ millis, status: delivery.status, cause: rejected > 0 ? 'rejected' : undefined })
    if (rejected > 0) this.#drop('rejected', rejected)
  }

  get #spool(): Spool<Span> | undefined {
    const { spool } = this.#options
    return spool?.usable ? spool : undefined
  }

  /** Others wait for a request that has not been answered for long: the backend hangs. */
  get #stuck(): boolean {
    if (this.#inFlight.size === 0 || this.#ending !== undefined) return false
    const patience = this.#held * 2 >= this.#options.maxQueueSize ? HANGS_UNDER_LOAD : HANGS
    return performance.now() - this.#sentAt >= patience
  }

  /** Killed from here on, the process leaves on the disk what the backend sits on, and what waits. */
  #onHang({ spans }: Batch<Span>): void {
    void this.#spool?.secure(spans)
    this.#wake()
  }

  async #keepAll(spool: Spool<Span>): Promise<void> {
    if (this.#keepingAll) return
    this.#keepingAll = true
    while (this.#spool !== undefined) {
      const batch = this.#ready.shift()
      if (batch === undefined) break
      await this.#keep(spool, batch)
    }
    this.#keepingAll = false
  }

  async #keep(spool: Spool<Span>, batch: Batch<Span>): Promise<void> {
    this.#keeping.add(batch)
    const kept = await spool.keep(batch.spans)
    // Given up or handed over in the meantime.
    if (!this.#keeping.delete(batch)) return
    if (kept) {
      if (batch.firstSentAt === undefined) this.#handedOver += batch.spans.length
      this.#forget(batch)
    } else {
      this.#ready.push(batch)
      this.#wakeIn(0)
    }
  }

  #keepOrDrop(batches: readonly Batch<Span>[]): void {
    const { spool, observer } = this.#options
    let lost = 0
    for (const { spans, firstSentAt } of batches) {
      if (spool?.keepNow(spans)) {
        if (firstSentAt === undefined) this.#handedOver += spans.length
        continue
      }
      lost += spans.length
      if (firstSentAt === undefined) this.#givenUpUnsent += spans.length
      else observer.concluded({ millis: performance.now() - firstSentAt, cause: 'deadline' })
    }
    if (lost > 0) this.#drop('deadline', lost)
  }

  /** The halves go first: a backend that takes nothing of them shall have said so of every span before long. */
  #split(batch: Batch<Span>): void {
    const { spans, settle } = batch
    const middle = Math.ceil(spans.length / 2)
    const halves = [spans.slice(0, middle), spans.slice(middle)].map((half) => {
      return createBatch(half, (batch.bytes * half.length) / spans.length, batch.firstSentAt)
    })
    this.#ready.unshift(...halves)
    void allSettled(halves).then(settle)
  }

  #forget({ spans, bytes, firstSentAt, settle }: Batch<Span>): void {
    this.#held -= spans.length
    if (firstSentAt !== undefined) this.#sent -= spans.length
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
    this.#keepOrDrop(batches)
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

function createBatch<Span>(spans: readonly Span[], bytes: number, firstSentAt?: number): Batch<Span> {
  const { promise: settled, resolve: settle } = Promise.withResolvers<void>()
  return { spans, bytes, firstSentAt, settled, settle }
}

async function allSettled(batches: readonly Batch<unknown>[]): Promise<void> {
  await Promise.all(batches.map(({ settled }) => settled))
}
