import type { EncodedExport, ExportOutcome } from '@linked-traces/otlp-receiver'
import type { WaitingExport } from '../ingest/ingest-exports.ts'
import type { Question } from '../query/questions.ts'
import type { StoreBounds } from '../store/sqlite/sqlite-store.ts'
import { TelemetryThreadClient } from './telemetry-thread-client.ts'
import type { Stored } from './thread-messages.ts'

/** What became of an import. */
export type Imported = {
  readonly outcome: ExportOutcome
  readonly spanCount: number
  readonly duplicateCount: number
}

/** Where telemetry is kept, and how much of it. */
export type TelemetryOptions = {
  /** A folder, or `:memory:`. */
  readonly location: string
  readonly bounds: StoreBounds
  /** A thread died: nothing can be stored or asked any more. */
  readonly onLost: (error: Error) => void
}

/**
 * Stored telemetry, seen from the main thread: one thread decodes and writes, another reads beside it, so that neither waits for the
 * other and the main thread for none. In memory one thread does both.
 */
export class Telemetry {
  readonly #writer: TelemetryThreadClient
  readonly #reader: TelemetryThreadClient
  /** Bound: each leaves when its subscriber does. */
  readonly #subscribers: Set<(stored: Stored) => void>

  private constructor(
    writer: TelemetryThreadClient,
    reader: TelemetryThreadClient,
    subscribers: Set<(stored: Stored) => void>,
  ) {
    this.#writer = writer
    this.#reader = reader
    this.#subscribers = subscribers
  }

  /** Opens the store; rejects with a {@link StoreError} when that fails. */
  static async open({ location, bounds, onLost }: TelemetryOptions): Promise<Telemetry> {
    const subscribers = new Set<(stored: Stored) => void>()
    const news = {
      onStored: (stored: Stored) => {
        for (const subscriber of subscribers) subscriber(stored)
      },
      onLost,
    }
    const writer = await TelemetryThreadClient.start({ role: 'writer', location, bounds }, news)
    const reader =
      location === ':memory:'
        ? writer
        : await TelemetryThreadClient.start({ role: 'reader', location, bounds }, news)
    return new Telemetry(writer, reader, subscribers)
  }

  /** Where a database that could not be read was put aside when this one was opened. */
  get setAside(): string | undefined {
    return this.#writer.setAside
  }

  /** Decodes and stores an export; resolves once its spans would survive the death of this process. */
  async receive(received: EncodedExport): Promise<ExportOutcome> {
    const { body, transfer } = movable(received)
    const { outcome } = await this.#writer.request('ingested', { kind: 'ingest', export: body }, transfer)
    return outcome
  }

  /** The same at once, and saying what came of it. */
  async import(received: WaitingExport): Promise<Imported> {
    const { body, transfer } = movable(received)
    return this.#writer.request('imported', { kind: 'import', export: body }, transfer)
  }

  /** The answer as JSON text, `undefined` when what was asked for is not there. */
  async ask(question: Question): Promise<Uint8Array | undefined> {
    const { json } = await this.#reader.request('answered', { kind: 'ask', question })
    return json
  }

  /** Removes traces; resolves with the number of spans removed. */
  async delete(traceIds: readonly string[]): Promise<number> {
    const { spanCount } = await this.#writer.request('deleted', { kind: 'delete', traceIds })
    return spanCount
  }

  /** Calls `subscriber` after each transaction, until what comes back is called. */
  onStored(subscriber: (stored: Stored) => void): () => void {
    this.#subscribers.add(subscriber)
    return () => void this.#subscribers.delete(subscriber)
  }

  async close(): Promise<void> {
    if (this.#reader !== this.#writer) await this.#reader.close()
    await this.#writer.close()
  }
}

/** An export for another thread: its bytes move where they are alone in their memory, and are copied otherwise. */
function movable({ signal, encoding, contentEncoding, body }: WaitingExport) {
  const isAlone = body.byteLength === body.buffer.byteLength && body.buffer instanceof ArrayBuffer
  return {
    body: { signal, encoding, contentEncoding, body },
    transfer: isAlone ? [body.buffer as ArrayBuffer] : [],
  }
}
