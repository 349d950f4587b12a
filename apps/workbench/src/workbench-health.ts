import type { Health } from './api/contract.ts'
import type { StoreBounds } from './store/sqlite/sqlite-store.ts'
import type { StoreStatus } from './store/telemetry-store.ts'
import type { Stored } from './threads/thread-messages.ts'

const nanosOfMillis = (millis: number): string => `${millis}000000`

/** Counts what a workbench received since its start, and tells how it is. */
export class WorkbenchHealth {
  readonly #startedAtMillis: number
  readonly #received = { spans: 0, duplicateSpans: 0, rejectedSpans: 0, logRecords: 0, metricDataPoints: 0 }
  #trouble: string | null = null

  constructor(startedAtMillis: number) {
    this.#startedAtMillis = startedAtMillis
  }

  /** Why nothing can be stored, `null` when it can. */
  get trouble(): string | null {
    return this.#trouble
  }

  /** Takes note of a transaction. */
  note(stored: Stored): void {
    this.#received.spans += stored.spanCount + stored.duplicateCount
    this.#received.duplicateSpans += stored.duplicateCount
    this.#received.rejectedSpans += stored.rejectedCount
    this.#received.logRecords += stored.logRecordCount
    this.#received.metricDataPoints += stored.metricPointCount
    this.#trouble = stored.problem
  }

  /** `path` is the store's folder, or `:memory:`. */
  tell(version: string, path: string, bounds: StoreBounds, status: StoreStatus): Health {
    return {
      version,
      startedAtUnixNano: nanosOfMillis(this.#startedAtMillis),
      store: {
        path: path === ':memory:' ? null : path,
        spanCount: status.spanCount,
        traceCount: status.traceCount,
        linkCount: status.linkCount,
        bytes: status.byteCount,
        maxSpans: bounds.spans,
        maxBytes: bounds.bytes,
        maxAgeMillis: bounds.ageMillis,
        evictedTraceCount: status.evictedTraceCount,
        evictedSpanCount: status.evictedSpanCount,
        evictedAtUnixNano:
          status.evictedAtMillis === undefined ? null : nanosOfMillis(status.evictedAtMillis),
        trouble: this.#trouble,
      },
      received: this.#received,
    }
  }
}
