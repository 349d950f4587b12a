import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Chunk, ChunkReader, chunkColumns } from './chunk-reader.ts'
import type { Dictionaries } from './dictionaries.ts'
import type { Rollups } from './rollups.ts'
import { packSegment } from './segment-codec.ts'
import { headFlag } from './span-heads.ts'

/** Traces remembered as gone; the ones gone longest are forgotten unless a stored link points at them. */
const mostGoneTraces = 100_000

/** What was removed. */
export type Removed = { readonly spans: number; readonly links: number }

/** Takes traces out of every table they left something in; its caller brings the transaction. */
export class Evictor {
  readonly #chunks: ChunkReader
  readonly #rollups: Rollups
  readonly #dictionaries: Dictionaries
  readonly #oldestChunk: StatementSync
  readonly #selectChunks: StatementSync
  readonly #deleteChunks: StatementSync
  readonly #releaseSegment: StatementSync
  readonly #dropSegment: StatementSync
  readonly #rewriteSegment: StatementSync
  readonly #selectTargets: StatementSync
  readonly #deleteLinks: StatementSync
  readonly #markGone: StatementSync
  readonly #dropUnknown: StatementSync
  readonly #dropBlocks: readonly StatementSync[]
  readonly #releaseResource: StatementSync
  readonly #releaseScope: StatementSync
  readonly #cleanups: readonly StatementSync[]

  constructor(database: DatabaseSync, dictionaries: Dictionaries, rollups: Rollups) {
    this.#chunks = new ChunkReader(database)
    this.#dictionaries = dictionaries
    this.#rollups = rollups
    this.#oldestChunk = database.prepare('SELECT trace, received_at FROM chunk ORDER BY id LIMIT 1')
    this.#selectChunks = database.prepare(`SELECT ${chunkColumns} FROM chunk WHERE trace = ? ORDER BY id`)
    this.#deleteChunks = database.prepare('DELETE FROM chunk WHERE trace = ?')
    this.#releaseSegment = database.prepare('UPDATE segment SET chunk_count = chunk_count - 1 WHERE id = ?')
    this.#dropSegment = database.prepare('DELETE FROM segment WHERE id = ? AND chunk_count <= 0')
    this.#rewriteSegment = database.prepare('UPDATE segment SET body = ? WHERE id = ?')
    this.#selectTargets = database.prepare(
      'SELECT DISTINCT target_trace AS id FROM link WHERE source_trace = ?',
    )
    this.#deleteLinks = database.prepare('DELETE FROM link WHERE source_trace = ?')
    this.#markGone = database.prepare(
      'UPDATE trace SET span_count = 0, gone_how = ?, gone_at = ? WHERE id = ?',
    )
    this.#dropUnknown = database.prepare(
      `DELETE FROM trace WHERE id = ? AND span_count = 0 AND gone_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM link WHERE target_trace = trace.id)`,
    )
    const isBeforeAllChunks = 'last_chunk < coalesce((SELECT min(id) FROM chunk), 9223372036854775807)'
    this.#dropBlocks = [
      `DELETE FROM block WHERE ${isBeforeAllChunks}`,
      `DELETE FROM filter_slice WHERE block_group IN (SELECT first_chunk FROM block_group WHERE ${isBeforeAllChunks})`,
      `DELETE FROM block_group WHERE ${isBeforeAllChunks}`,
    ].map((sql) => database.prepare(sql))
    this.#releaseResource = database.prepare('UPDATE resource SET span_count = span_count - ? WHERE id = ?')
    this.#releaseScope = database.prepare('UPDATE scope SET span_count = span_count - ? WHERE id = ?')
    this.#cleanups = [
      'DELETE FROM operation WHERE span_count <= 0',
      'DELETE FROM resource WHERE span_count <= 0',
      'DELETE FROM scope WHERE span_count <= 0',
      'DELETE FROM error_message WHERE NOT EXISTS (SELECT 1 FROM error_rollup WHERE message = error_message.id)',
      `DELETE FROM trace WHERE id IN (
         SELECT id FROM trace WHERE gone_at IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM link WHERE target_trace = trace.id)
         ORDER BY gone_at LIMIT max(0, (SELECT count(*) FROM trace WHERE gone_at IS NOT NULL) - ${mostGoneTraces}))`,
    ].map((sql) => database.prepare(sql))
  }

  /** The trace whose first spans came before all others', `undefined` when nothing is stored. */
  oldest(): { readonly trace: number; readonly receivedAt: number } | undefined {
    const row = this.#oldestChunk.get()
    return row && { trace: row.trace as number, receivedAt: row.received_at as number }
  }

  /** Removes one trace. With `shred`, also its bytes in segments that other traces still need. */
  remove(trace: number, how: 'evicted' | 'deleted', atMillis: number, shred: boolean): Removed {
    let spans = 0
    for (const row of this.#selectChunks.all(trace)) {
      const chunk = this.#chunks.chunk(row)
      spans += chunk.heads.count
      this.#uncount(chunk)
      this.#releaseSegment.run(chunk.segment)
      if (this.#dropSegment.run(chunk.segment).changes === 0 && shred) this.#shred(chunk)
    }
    this.#deleteChunks.run(trace)
    const targets = this.#selectTargets.all(trace).map(({ id }) => id as number)
    const links = Number(this.#deleteLinks.run(trace).changes)
    for (const target of targets) this.#dropUnknown.run(target)
    this.#markGone.run(how, atMillis, trace)
    return { spans, links }
  }

  /** Drops what nothing refers to any more; once after a number of removals. */
  cleanUp(): void {
    this.#rollups.flush()
    for (const statement of this.#dropBlocks) statement.run()
    for (const statement of this.#cleanups) statement.run()
    this.#dictionaries.clear()
    this.#chunks.clear()
  }

  /** Forgets what a transaction that was rolled back may have changed. */
  clear(): void {
    this.#chunks.clear()
  }

  #uncount(chunk: Chunk): void {
    const { heads } = chunk
    const ofResources = new Map<number, number>()
    const ofScopes = new Map<number, number>()
    for (let index = 0; index < heads.count; index++) {
      const operation = heads.operation(index)
      const start = heads.start(index)
      const flags = heads.flags(index)
      const status = flags & headFlag.status
      this.#rollups.add(-1, operation, status, start, heads.duration(index), (flags & headFlag.root) !== 0)
      if (status === 2) {
        const { span } = this.#chunks.span(chunk, index)
        const message = this.#dictionaries.message(span.status.message)
        this.#rollups.addError(-1, operation, start, message, chunk.trace, heads.spanId(index))
      }
      count(ofResources, heads.resource(index))
      count(ofScopes, heads.scope(index))
    }
    for (const [id, spans] of ofResources) this.#releaseResource.run(spans, id)
    for (const [id, spans] of ofScopes) this.#releaseScope.run(spans, id)
  }

  #shred({ segment, bodyStart, heads }: Chunk): void {
    const bytes = Buffer.from(this.#chunks.segment(segment))
    bytes.fill(0, bodyStart, bodyStart + heads.bodyEnd(heads.count - 1))
    this.#rewriteSegment.run(packSegment(bytes), segment)
    this.#chunks.clear()
  }
}

const count = (counts: Map<number, number>, id: number): void =>
  void counts.set(id, (counts.get(id) ?? 0) + 1)
