import type { ExportOutcome } from '@linked-traces/otlp-receiver'
import type { WaitingExport } from '../ingest/ingest-exports.ts'
import type { Question } from '../query/questions.ts'
import type { StoreBounds } from '../store/sqlite/sqlite-store.ts'
import type { StoreError } from '../store/store-error.ts'

/** What a telemetry thread is started with. */
export type ThreadSettings = {
  /** The `writer` answers questions too; a `reader` only those, beside a writer on disk. */
  readonly role: 'writer' | 'reader'
  /** A folder, or `:memory:` for a writer. */
  readonly location: string
  readonly bounds: StoreBounds
}

/** What a thread is told. */
export type ThreadRequest = { readonly id: number } & (
  | { readonly kind: 'ingest'; readonly export: WaitingExport }
  | { readonly kind: 'import'; readonly export: WaitingExport }
  | { readonly kind: 'ask'; readonly question: Question }
  | { readonly kind: 'delete'; readonly traceIds: readonly string[] }
  | { readonly kind: 'close' }
)

/** A transaction ended: what was stored, or why nothing was. */
export type Stored = {
  readonly kind: 'stored'
  readonly spanCount: number
  readonly duplicateCount: number
  readonly rejectedCount: number
  readonly logRecordCount: number
  readonly metricPointCount: number
  /** Traces that gained spans; of more than 256 only so many are named. */
  readonly traces: readonly { readonly traceId: string; readonly hasRoot: boolean }[]
  readonly traceCount: number
  /** `null` when it succeeded. */
  readonly problem: string | null
}

/** What a thread tells: answers carry the id of their request, news none. */
export type ThreadReply =
  | { readonly kind: 'opened'; readonly setAside: string | undefined }
  | Stored
  | { readonly id: number; readonly kind: 'ingested'; readonly outcome: ExportOutcome }
  | {
      readonly id: number
      readonly kind: 'imported'
      readonly outcome: ExportOutcome
      readonly spanCount: number
      readonly duplicateCount: number
    }
  /** JSON text, `undefined` when what was asked for is not there. */
  | { readonly id: number; readonly kind: 'answered'; readonly json: Uint8Array | undefined }
  | { readonly id: number; readonly kind: 'deleted'; readonly spanCount: number }
  | { readonly id: number; readonly kind: 'closed' }
  | {
      /** Request 0 stands for the start itself. */
      readonly id: number
      readonly kind: 'failed'
      readonly code: StoreError['code'] | 'UNEXPECTED'
      readonly message: string
    }
