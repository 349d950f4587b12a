import type { Delivered, DeliveryFailure } from './delivery.ts'
import type { QueueObserver } from './span-queue.ts'
import type { DroppedSpans } from './telemetry-health.ts'

export interface DeliveryReporterOptions {
  /** In a few words, as the subject of sentences. */
  readonly destination: string
  /** Prints one line where the operator sees it. */
  readonly say: (line: string) => void
  /**
   * For how long nobody is told that nobody listens there yet, in milliseconds: services and the workbench start side
   * by side. 0 where that is no excuse.
   */
  readonly graceMillis: number
}

/** The same cause is not said again before, in milliseconds. */
const SAID_ONCE_PER = 30_000
/** Spans that find a full queue come in bursts: they are summed up for this long, in milliseconds, before it is said. */
const SUMMED_UP_FOR = 1000

/**
 * Tells the operator what becomes of the spans on the way to one destination: one line per cause per 30 seconds with what
 * to do, and one when it is over.
 */
export class DeliveryReporter implements QueueObserver {
  readonly #options: DeliveryReporterOptions
  readonly #graceEnds: number
  /** When each cause was said last. Bounded by what can go wrong: HTTP statuses, and error codes of Node. */
  readonly #said = new Map<string, number>()
  /** Since when nothing arrives. */
  #failingSince: number | undefined
  #saidFailing = false
  #lastError: string | undefined
  /** What to do about it. */
  #lastCure = ''
  /** Dropped and not said yet. */
  readonly #untold = { queueFull: 0, afterShutdown: 0 }
  #timer: NodeJS.Timeout | undefined

  constructor(options: DeliveryReporterOptions) {
    this.#options = options
    this.#graceEnds = performance.now() + options.graceMillis
  }

  get lastError(): string | undefined {
    return this.#lastError
  }

  delivered({ rejected, reason }: Delivered, spans: number): void {
    if (this.#saidFailing && this.#failingSince !== undefined) {
      const seconds = Math.round((performance.now() - this.#failingSince) / 1000)
      this.#say(`takes spans again, after ${count(seconds, 'second')}.`)
    }
    this.#failingSince = undefined
    this.#saidFailing = false
    this.#lastError = undefined
    this.#lastCure = ''
    if (rejected > 0) {
      this.#lastError = `rejected ${rejected} of ${count(spans, 'span')}${reason ? `: ${reason}` : ''}`
      this.#sayOnce('partial success', `${this.#lastError}.`)
    } else if (reason) {
      this.#sayOnce('warning', `took all spans, and says: ${reason}`)
    }
  }

  failed(failure: DeliveryFailure, spans: number, held: number): void {
    const { outcome, cause, words, cure, unreachable } = failure
    this.#lastError = words
    this.#lastCure = cure
    this.#failingSince ??= performance.now()
    if (unreachable && performance.now() < this.#graceEnds) return
    const consequence =
      outcome === 'retry' ? `${count(held, 'span')} waiting to be sent again` : `${count(spans, 'span')} lost`
    if (this.#sayOnce(cause, `${words}; ${consequence}.${cure && ` ${cure}`}`)) this.#saidFailing = true
  }

  dropped(reason: keyof DroppedSpans, spans: number): void {
    if (reason === 'deadline') {
      const why = this.#lastError === undefined ? '.' : `: it ${this.#lastError}. ${this.#lastCure}`
      this.#say(`did not get ${count(spans, 'span')} before the end${why}`.trimEnd())
    } else if (reason === 'queueFull' || reason === 'afterShutdown') {
      this.#untold[reason] += spans
      this.#timer ??= setTimeout(() => this.tellDropped(), SUMMED_UP_FOR).unref()
    }
  }

  /** Says what has been dropped since it was last said. For the end of the process, too. */
  tellDropped(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const { queueFull, afterShutdown } = this.#untold
    if (
      queueFull > 0 &&
      this.#sayOnce(
        'queue full',
        `does not get ${count(queueFull, 'span')}: the queue is full. ` +
          'Sample with OTEL_TRACES_SAMPLER, or hold more with OTEL_BSP_MAX_QUEUE_SIZE.',
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
    const now = performance.now()
    const last = this.#said.get(cause)
    if (last !== undefined && now - last < SAID_ONCE_PER) return false
    this.#said.set(cause, now)
    this.#say(words)
    return true
  }

  #say(words: string): void {
    const { destination, say } = this.#options
    say(`${destination.charAt(0).toUpperCase()}${destination.slice(1)} ${words}`)
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
