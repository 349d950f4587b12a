import type { Span, SpanContext } from '@opentelemetry/api'
import { diag } from '@opentelemetry/api'

/**
 * What contexts hold of a recorded span that has ended: its name and ids, and a word for whoever goes on writing to it. The
 * span itself, with all that it has recorded, is gone once it is delivered.
 */
export class EndedSpan implements Span {
  readonly name: string
  readonly #spanContext: SpanContext

  constructor(name: string, spanContext: SpanContext) {
    this.name = name
    this.#spanContext = spanContext
  }

  spanContext(): SpanContext {
    return this.#spanContext
  }

  isRecording(): boolean {
    return false
  }

  setAttribute(): this {
    return this.#refuse()
  }

  setAttributes(): this {
    return this.#refuse()
  }

  addEvent(): this {
    return this.#refuse()
  }

  addLink(): this {
    return this.#refuse()
  }

  addLinks(): this {
    return this.#refuse()
  }

  setStatus(): this {
    return this.#refuse()
  }

  updateName(): this {
    return this.#refuse()
  }

  recordException(): void {
    this.#refuse()
  }

  end(): void {
    this.#refuse()
    tellEndedTwice(this.name, this.#spanContext)
  }

  #refuse(): this {
    tellEnded(this.#spanContext)
    return this
  }
}

/** What is written to an ended span is lost, and somebody should know. */
export function tellEnded({ traceId, spanId }: SpanContext): void {
  const id = `{traceId: ${traceId}, spanId: ${spanId}}`
  diag.warn(
    `Cannot execute the operation on ended Span ${id}`,
    new Error(`Operation attempted on ended Span ${id}`),
  )
}

/** Besides, where it was to be ended again. */
export function tellEndedTwice(name: string, { traceId, spanId }: SpanContext): void {
  diag.error(`${name} ${traceId}-${spanId} - You can only call end() on a span once.`)
}
