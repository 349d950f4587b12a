import type { ContentEncoding, ExportOutcome } from '@linked-traces/otlp-receiver'
import type { Question } from '../query/questions.ts'
import type { Health } from './contract.ts'

/** What the API asks of the rest of the workbench; each rejects with a StoreError when the store cannot. */
export type Backend = {
  /** The answer as UTF-8 JSON, `undefined` when what it is about is not stored. */
  ask(question: Question): Promise<Uint8Array | undefined>
  /** Stores an OTLP JSON trace export; `body` as it came. */
  importTraces(body: Uint8Array, contentEncoding: ContentEncoding): Promise<ImportOutcome>
  /** Removes traces, remembering that they were deleted; resolves with the number of spans removed. */
  deleteTraces(traceIds: readonly string[]): Promise<number>
  health(): Promise<Health>
}

/** What became of an import. */
export type ImportOutcome = {
  readonly outcome: ExportOutcome
  readonly spanCount: number
  readonly duplicateCount: number
}
