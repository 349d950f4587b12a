import { TraceFlags } from '@opentelemetry/api'
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import { renderTraces } from './render-traces.ts'

/** A span processor that keeps the spans that ended, for a test to look at. */
export interface SpanRecorder extends SpanProcessor {
  /**
   * The sampled spans that have ended since the start or the last `clear()`, in the order they ended.
   *
   * @throws SpanRecorderError `RECORDER_OVERFLOW` if there were more than the recorder keeps
   */
  readonly spans: readonly ReadableSpan[]
  clear(): void
  /**
   * Waits until the recorded spans satisfy a condition, which is looked at each time a span ends.
   *
   * @param timeoutMillis the longest to wait, 10 s unless given
   * @returns the recorded spans
   * @throws SpanRecorderError `SPANS_NOT_RECORDED` with what was recorded instead
   */
  waitFor(
    condition: (spans: readonly ReadableSpan[]) => boolean,
    timeoutMillis?: number,
  ): Promise<readonly ReadableSpan[]>
}

/** Thrown by a {@link SpanRecorder}. */
export class SpanRecorderError extends Error {
  override readonly name = 'SpanRecorderError'
  readonly code: 'RECORDER_OVERFLOW' | 'SPANS_NOT_RECORDED'

  constructor(code: SpanRecorderError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/**
 * Records the spans of a test, as one of `spanProcessors` of `startTelemetry` or of any OpenTelemetry SDK.
 *
 * @param limit the most spans kept, 100,000 unless given; the next one is an error at the next look at them
 */
export function recordSpans({ limit = 100_000 }: { readonly limit?: number } = {}): SpanRecorder {
  return new InMemorySpanRecorder(limit)
}

class InMemorySpanRecorder implements SpanRecorder {
  private readonly limit: number
  /** At most `limit`; emptied by `clear()`. */
  private recorded: ReadableSpan[] = []
  private overflowed = false
  /** One for each pending `waitFor()`. */
  private readonly waiting = new Set<() => void>()

  constructor(limit: number) {
    this.limit = limit
  }

  get spans(): readonly ReadableSpan[] {
    if (!this.overflowed) return [...this.recorded]
    throw new SpanRecorderError(
      'RECORDER_OVERFLOW',
      `More than ${this.limit} spans ended. Call clear() between tests, or raise the limit given to recordSpans().`,
    )
  }

  clear(): void {
    this.recorded = []
    this.overflowed = false
  }

  async waitFor(
    condition: (spans: readonly ReadableSpan[]) => boolean,
    timeoutMillis = 10_000,
  ): Promise<readonly ReadableSpan[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly ReadableSpan[]>()
    // Called when a span ends, and then must not throw into the application.
    const look = () => {
      try {
        if (condition(this.spans)) resolve(this.spans)
      } catch (error) {
        reject(error)
      }
    }
    const timer = setTimeout(() => reject(this.notRecorded(timeoutMillis)), timeoutMillis)
    this.waiting.add(look)
    look()
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      this.waiting.delete(look)
    }
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return
    if (this.recorded.length < this.limit) this.recorded.push(span)
    else this.overflowed = true
    for (const look of this.waiting) look()
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}

  private notRecorded(timeoutMillis: number): SpanRecorderError {
    const received =
      this.recorded.length === 0 ? 'No span was recorded.' : `Recorded:\n\n${renderTraces(this.recorded)}`
    return new SpanRecorderError(
      'SPANS_NOT_RECORDED',
      `The spans waited for were not recorded within ${timeoutMillis} ms. ${received}`,
    )
  }
}
