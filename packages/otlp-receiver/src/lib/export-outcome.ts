import { TooLargeError } from './too-large-error.ts'
import { UndecodableError } from './undecodable-error.ts'

/** What became of an export; plain data, so that it can come from another thread. */
export type ExportOutcome =
  | {
      readonly outcome: 'accepted'
      /** Items left out. 0 or absent with a message: everything was taken, and the sender is warned. */
      readonly rejectedItems?: number
      /** English, for the sender's developer. */
      readonly errorMessage?: string
    }
  | { readonly outcome: 'undecodable'; readonly errorMessage: string; readonly field: string }
  | { readonly outcome: 'too-large'; readonly errorMessage: string }
  | {
      /** Not now: the sender is asked to come again. Nothing of the export may have been kept. */
      readonly outcome: 'overloaded'
      /** Whole seconds, at least 1. */
      readonly retryAfterSeconds: number
      readonly errorMessage?: string
    }

/** The outcome an error of `decompress` or a `decode…` function stands for; any other error is thrown again. */
export const outcomeOfDecodingError = (error: unknown): ExportOutcome => {
  if (error instanceof UndecodableError) {
    return { outcome: 'undecodable', errorMessage: error.message, field: error.field }
  }
  if (error instanceof TooLargeError) return { outcome: 'too-large', errorMessage: error.message }
  throw error
}
