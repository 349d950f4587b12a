import { TraceFlags } from '@opentelemetry/api'
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { SpanQueue } from '../export/span-queue.ts'

/** Puts every sampled span that ends into the queues of all destinations. The queues have a life of their own. */
export class QueueSpanProcessor implements SpanProcessor {
  readonly #queues: readonly SpanQueue<ReadableSpan>[]

  constructor(queues: readonly SpanQueue<ReadableSpan>[]) {
    this.#queues = queues
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return
    for (const queue of this.#queues) queue.add(span)
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#queues.map((queue) => queue.flush()))
  }

  async shutdown(): Promise<void> {}
}
