import type { Delivered, DeliveryFailure } from './delivery.ts'
import { setTimeoutOutside } from './set-timeout-outside.ts'
import type { QueueObserver } from './span-queue.ts'
import type { SpoolObserver } from './spool.ts'
import type { DroppedSpans } from './telemetry-health.ts'

export interface DeliveryReporterOptions {
  /** In a few words, as the subject of sentences. */
  readonly destination: string
  /** Prints one line where the operator sees it. */
  readonly say: (line: string) => void
  /**
   * How long after the first attempt it is said that nobody listens there, in milliseconds: services and the workbench
   * start side by side. 0 where that is no excuse.
   */
  readonly graceMillis: number
}

/** What there is to tell an operator, of the events of a queue and a spool. */
type DeliveryObserver = Omit<QueueObserver & SpoolObserver, 'concluded'>

/** The same cause is not said again before, in milliseconds. */
const SAID_ONCE_PER = 30_000
/** Spans that find a full queue come in bursts: they are summed up for this long, in milliseconds, before it is said. */
const SUMMED_UP_FOR = 1000

/**
 * Tells the operator what becomes of the spans on the way to one destination: one line per cause per 30 seconds with what
 * to do, and one when it is over.
 */
export class DeliveryReporter implements DeliveryObserver {
  readonly #options: DeliveryReporterOptions
  /** When each cause was said last. Bounded by what can go wrong: HTTP statuses, and error codes of Node. */
  readonly #said = new Map<string, number>()
  /** Since when nothing arrives. */
  #failingSince: number | undefined
  #saidFailing = false
  #lastError: string | undefined
  /** What it came from; gone with the next success. */
  #lastFailure: DeliveryFailure | undefined
  /** Lost, and not said yet. */
  readonly #untold = { queueFull: 0, afterShutdown: 0, lost: 0 }
  #timer: NodeJS.Timeout | undefined
  #grace: NodeJS.Timeout | undefined
  /** Spans waiting, at the last failure. */
  #held = 0

  constructor(options: DeliveryReporterOptions) {
    this.#options = options
  }

  get lastError(): string | undefined {
    return this.#lastError
  }

  delivered(delivery: Delivered, spans: number): void {
    const { reason } = delivery
    const rejected = Math.min(delivery.rejected, spans)
    this.#endGrace()
    if (this.#saidFailing && this.#failingSince !== undefined) {
      const seconds = Math.round((performance.now() - this.#failingSince) / 1000)
      this.#say(`takes spans again, after ${count(seconds, 'second')}.`)
    }
    this.#failingSince = undefined
    this.#saidFailing = false
    this.#lastError = undefined
    this.#lastFailure = undefined
    if (rejected > 0) {
      this.#lastError = `rejected ${rejected} of ${count(spans, 'span')}${reason ? `: ${reason}` : ''}`
      if (!this.#sayOnce('partial success', `${this.#lastError}.`)) this.#untold.lost += rejected
    } else if (reason) {
      this.#sayOnce('warning', `took all spans, and says: ${reason}`)
    }
  }

  failed(failure: DeliveryFailure, spans: number, held: number): void {
    this.#lastError = failure.words
    this.#lastFailure = failure
    this.#held = held
    this.#failingSince ??= performance.now()
    if (failure.outcome === 'refused') this.#untold.lost += spans
    if (failure.unreachable && this.#inGrace()) return
    this.#sayFailure(failure)
  }

  interrupted(failure: DeliveryFailure): void {
    this.#lastError = failure.words
    this.#lastFailure = failure
  }

  dropped(reason: keyof DroppedSpans, spans: number): void {
    if (reason === 'deadline') {
      this.#untold.lost += spans
    } else if (reason === 'spoolFull') {
      this.#untold.lost += spans
      const words = `is away for longer than the spool has room: ${count(this.#untold.lost, 'span')} lost, the oldest first. Allow more with LINKED_TRACES_SPOOL_BYTES.`
      if (this.#sayOnce(reason, words)) this.#untold.lost = 0
    } else if (reason === 'spoolUnreadable') {
      this.#say(`does not get ${count(spans, 'span')}: their file in the spool is torn.`)
    } else if (reason === 'queueFull' || reason === 'afterShutdown') {
      this.#untold[reason] += spans
      this.#timer ??= setTimeoutOutside(() => this.#tellDropped(), SUMMED_UP_FOR)
    }
  }

  /** The spool's disk does not take what it is given; the spans stay in memory. */
  unusable(words: string): void {
    this.#sayOnce(
      'spool',
      `cannot be spooled for: ${words}. Check LINKED_TRACES_SPOOL; spans wait in memory only.`,
    )
  }

  /** Says at the end of the process, or of telemetry, what has been lost since it was last said. */
  conclude(): void {
    this.#tellDropped()
    this.#endGrace()
    const { lost } = this.#untold
    if (lost === 0) return
    this.#untold.lost = 0
    const failure = this.#lastFailure
    // What went wrong and what to do is not said again, in other words, a moment after it was said.
    const why =
      failure === undefined || this.#saidLately(failure.cause)
        ? '.'
        : `: it ${failure.words}. ${failure.cure}`.trimEnd()
    this.#say(`did not get ${count(lost, 'span')} before the end${why}`)
  }

  #sayFailure({ outcome, cause, words, cure }: DeliveryFailure): void {
    const consequence =
      outcome === 'retry'
        ? `${count(this.#held, 'span')} waiting to be sent again`
        : `${count(this.#untold.lost, 'span')} lost`
    if (!this.#sayOnce(cause, `${words}; ${consequence}.${cure && ` ${cure}`}`)) return
    this.#saidFailing = true
    if (outcome === 'refused') this.#untold.lost = 0
  }

  /** Whether it is too early to say that nobody listens; it is said later by itself. */
  #inGrace(): boolean {
    const { graceMillis } = this.#options
    if (graceMillis === 0 || this.#saidFailing) return false
    this.#grace ??= setTimeoutOutside(() => {
      if (this.#lastFailure !== undefined) this.#sayFailure(this.#lastFailure)
    }, graceMillis)
    return true
  }

  #endGrace(): void {
    clearTimeout(this.#grace)
    this.#grace = undefined
  }

  #tellDropped(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const { queueFull, afterShutdown } = this.#untold
    if (
      queueFull > 0 &&
      this.#sayOnce(
        'queue full',
        `does not get ${count(queueFull, 'span')}: the queue is full. ` +
          'Sample with OTEL_TRACES_SAMPLER, or hold more with OTEL_BSP_MAX_QUEUE_SIZE and LINKED_TRACES_QUEUE_BYTES.',
      )
    ) {
      this.#untold.queueFull = 0
    }
    if (
      afterShutdown > 0 &&
      this.#sayOnce(
        'after shutdown',
        `does not get ${count(afterShutdown, 'span')} that ended after shutdown().`,
      )
    ) {
      this.#untold.afterShutdown = 0
    }
  }

  #sayOnce(cause: string, words: string): boolean {
    if (this.#saidLately(cause)) return false
    this.#said.set(cause, performance.now())
    this.#say(words)
    return true
  }

  #saidLately(cause: string): boolean {
    const last = this.#said.get(cause)
    return last !== undefined && performance.now() - last < SAID_ONCE_PER
  }

  #say(words: string): void {
    const { destination, say } = this.#options
    say(`${destination.charAt(0).toUpperCase()}${destination.slice(1)} ${words}`)
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
