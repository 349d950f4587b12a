import { setImmediate } from 'node:timers/promises'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { GroupedSpans } from './group-spans.ts'
import { groupSpans } from './group-spans.ts'
import type { RequestBytes } from './request-bytes.ts'

/** The event loop is held for this long, in milliseconds, and by one look at the clock longer. */
const SLICE = 1

/** Encodes spans as requests of one format (`ExportTraceServiceRequest`; OTLP 1.9). */
export interface OtlpEncoder {
  /** @throws {RangeError} for a time that is no number. */
  atOnce(spans: readonly ReadableSpan[]): Uint8Array
  /**
   * The same, with the event loop free after each millisecond.
   *
   * @throws {RangeError} for a time that is no number.
   */
  inSlices(spans: readonly ReadableSpan[]): Promise<Uint8Array>
  /** Has the memory of an encoded request used again. Nobody may read it from now on. */
  recycle(request: Uint8Array): void
}

/** How one format is written. */
export interface OtlpFormat<Bytes extends RequestBytes> {
  makeBytes(): Bytes
  /** Writes a request, and pauses after each group of spans. Others may be written meanwhile, to bytes of their own. */
  write(out: Bytes, spans: GroupedSpans): Generator<void, void>
}

export function createOtlpEncoder<Bytes extends RequestBytes>(format: OtlpFormat<Bytes>): OtlpEncoder {
  /** Bytes that no batch is written into: at most one, the last to be so. */
  let idle: Bytes | undefined

  function* write(spans: readonly ReadableSpan[]): Generator<void, Uint8Array> {
    const out = idle ?? format.makeBytes()
    idle = undefined
    try {
      out.clear()
      yield* format.write(out, groupSpans(spans))
      return out.take()
    } finally {
      idle = out
    }
  }

  return {
    atOnce(spans) {
      const writing = write(spans)
      for (;;) {
        const { done, value } = writing.next()
        if (done) return value
      }
    },

    async inSlices(spans) {
      const writing = write(spans)
      for (let until = performance.now() + SLICE; ; ) {
        const { done, value } = writing.next()
        if (done) return value
        if (performance.now() < until) continue
        await setImmediate()
        until = performance.now() + SLICE
      }
    },

    recycle(request) {
      idle?.giveBack(request)
    },
  }
}
