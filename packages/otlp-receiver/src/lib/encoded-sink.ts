import type { IncomingHttpHeaders } from 'node:http'
import type { ContentEncoding } from './decompress.ts'
import type { Encoding } from './encoding.ts'
import type { ExportOutcome } from './export-outcome.ts'
import type { Signal } from './signal.ts'

/** An export as it came off the wire: complete, neither decompressed nor decoded. */
export type EncodedExport = {
  readonly signal: Signal
  readonly encoding: Encoding
  readonly contentEncoding: ContentEncoding
  /** Alone in its ArrayBuffer, which may be transferred to another thread. */
  readonly body: Uint8Array
  readonly headers: IncomingHttpHeaders
}

/**
 * Where exports go that are decoded elsewhere, say on a worker thread with `decompress`, `decodeTraces` and
 * `outcomeOfDecodingError`. What it throws becomes a 500 that tells the sender nothing more.
 */
export type EncodedSink = {
  receive(received: EncodedExport): ExportOutcome | Promise<ExportOutcome>
}
