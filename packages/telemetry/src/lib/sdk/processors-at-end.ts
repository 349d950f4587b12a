import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import type { Unfinished } from '../export/process-end.ts'

/**
 * Has an application's own span processors flushed at the end of the process, along with our deliveries. It stands in the
 * line of processors itself, to know whether there has been anything to flush since it was done last.
 */
export class ProcessorsAtEnd implements SpanProcessor, Unfinished {
  readonly #processors: readonly SpanProcessor[]
  readonly #deliveries: Unfinished
  readonly #report: (error: unknown) => void
  #unflushed = false

  constructor(
    processors: readonly SpanProcessor[],
    deliveries: Unfinished,
    report: (error: unknown) => void,
  ) {
    this.#processors = processors
    this.#deliveries = deliveries
    this.#report = report
  }

  onStart(): void {}

  onEnd(): void {
    this.#unflushed = true
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {
    this.#unflushed = false
  }

  pending(): boolean {
    return this.#unflushed || this.#deliveries.pending()
  }

  async drain(deadlineMillis: number): Promise<void> {
    this.#unflushed = false
    const { promise: over, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, deadlineMillis)
    const flushed = Promise.all(this.#processors.map((processor) => this.#flush(processor)))
    await Promise.all([Promise.race([flushed, over]), this.#deliveries.drain(deadlineMillis)])
    clearTimeout(timer)
  }

  hurry(): void {
    this.#deliveries.hurry()
  }

  /** Of what others do, that much happens which comes before their first wait: there is no event loop any more. */
  deliverAtExit(deadlineMillis: number): void {
    this.#unflushed = false
    for (const processor of this.#processors) void this.#flush(processor)
    this.#deliveries.deliverAtExit(deadlineMillis)
  }

  async #flush(processor: SpanProcessor): Promise<void> {
    try {
      await processor.forceFlush()
    } catch (error) {
      this.#report(error)
    }
  }
}
