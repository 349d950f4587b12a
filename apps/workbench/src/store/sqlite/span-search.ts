import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { SearchCursor } from '../telemetry-store.ts'
import { type Chunk, type ChunkReader, chunkColumns } from './chunk-reader.ts'
import type { CompiledFilter } from './compiled-filter.ts'
import { decodeSpans } from './decode-stored.ts'

/** Walks over chunks in order of arrival, leaving out blocks that cannot hold a match. */
export class SpanSearch {
  readonly #chunks: ChunkReader
  readonly #tail: StatementSync
  readonly #blocks: StatementSync
  readonly #blocksWithFilter: StatementSync
  readonly #range: StatementSync
  readonly #after: StatementSync
  readonly #ofTrace: StatementSync

  constructor(database: DatabaseSync, chunks: ChunkReader) {
    this.#chunks = chunks
    this.#tail = database.prepare(
      `SELECT ${chunkColumns} FROM chunk
       WHERE id > coalesce((SELECT last_chunk FROM block ORDER BY first_chunk DESC LIMIT 1), 0) AND id <= ?
       ORDER BY id DESC`,
    )
    const blocks = (filter: string): StatementSync => {
      const statement = database.prepare(
        `SELECT first_chunk, last_chunk, min_start, max_start, max_duration, ${filter} AS filter FROM block
         WHERE first_chunk <= ? ORDER BY first_chunk DESC`,
      )
      statement.setReadBigInts(true)
      return statement
    }
    this.#blocks = blocks('NULL')
    this.#blocksWithFilter = blocks('filter')
    this.#range = database.prepare(
      `SELECT ${chunkColumns} FROM chunk WHERE id BETWEEN ? AND ? ORDER BY id DESC`,
    )
    this.#ofTrace = database.prepare(
      `SELECT ${chunkColumns} FROM chunk WHERE trace = ? AND id <= ? ORDER BY id DESC`,
    )
    this.#after = database.prepare(`SELECT ${chunkColumns} FROM chunk WHERE id > ? ORDER BY id`)
  }

  /**
   * Chunks that may hold matches, newest first, from the one `after` names (or the newest) on. `undefined` comes once for each block that was
   * left out, so that the caller can look at the clock.
   */
  *chunksBefore(filter: CompiledFilter, after: SearchCursor | undefined): Generator<Chunk | undefined> {
    const newest = after?.chunk ?? Number.MAX_SAFE_INTEGER
    if (filter.trace !== undefined) {
      for (const row of this.#ofTrace.iterate(filter.trace, newest)) yield this.#chunks.chunk(row)
      return
    }
    for (const row of this.#tail.iterate(newest)) yield this.#chunks.chunk(row)
    const blocks = filter.usesTokens ? this.#blocksWithFilter : this.#blocks
    for (const row of blocks.iterate(newest)) {
      const mayMatch = filter.mayMatchBlock({
        minStart: row.min_start as bigint,
        maxStart: row.max_start as bigint,
        maxDuration: row.max_duration as bigint,
        filter: row.filter as Uint8Array | null,
      })
      if (!mayMatch) {
        yield undefined
        continue
      }
      const last = Math.min(Number(row.last_chunk), newest)
      for (const chunk of this.#range.iterate(Number(row.first_chunk), last)) yield this.#chunks.chunk(chunk)
    }
  }

  /** Chunks that arrived after the one named, oldest first. */
  *chunksAfter(chunk: number): Generator<Chunk> {
    for (const row of this.#after.iterate(chunk)) yield this.#chunks.chunk(row)
  }

  /** Places of the matching spans in a chunk, last first. */
  *matchesIn(chunk: Chunk, filter: CompiledFilter): Generator<number> {
    if (filter.trace !== undefined && chunk.trace !== filter.trace) return
    if (!filter.mayMatchTrace(chunk.trace) || !this.#bodyMayMatch(chunk, filter)) return
    for (let index = chunk.heads.count - 1; index >= 0; index--) {
      if (
        filter.matchesHead(chunk.trace, chunk.heads, index) &&
        this.#bodyMatches(chunk, index, filter) &&
        this.#textMatches(chunk, index, filter)
      )
        yield index
    }
  }

  matches(chunk: Chunk, filter: CompiledFilter): boolean {
    return this.matchesIn(chunk, filter).next().done !== true
  }

  #bodyMayMatch({ segment, bodyStart, heads }: Chunk, filter: CompiledFilter): boolean {
    if (filter.bodyConditions.length === 0) return true
    const end = bodyStart + heads.bodyEnd(heads.count - 1)
    return filter.mayMatchBody(segment, this.#chunks.segment(segment), bodyStart, end)
  }

  #bodyMatches(chunk: Chunk, index: number, filter: CompiledFilter): boolean {
    if (filter.bodyConditions.length === 0) return true
    const { segment, bodyStart, heads } = chunk
    const [start, end] = [bodyStart + heads.bodyStart(index), bodyStart + heads.bodyEnd(index)]
    if (!filter.mayMatchBody(segment, this.#chunks.segment(segment), start, end)) return false
    const [span] = decodeSpans(this.#chunks.spanBytes(chunk, index))
    return span !== undefined && filter.bodyConditions.every(({ holds }) => holds(span))
  }

  #textMatches(chunk: Chunk, index: number, { text }: CompiledFilter): boolean {
    const { segment, bodyStart, heads } = chunk
    if (text === undefined || text.holdsForOperation(heads.operation(index))) return true
    const [start, end] = [bodyStart + heads.bodyStart(index), bodyStart + heads.bodyEnd(index)]
    if (!text.mayStandIn(segment, this.#chunks.segment(segment), start, end)) return false
    const [span] = decodeSpans(this.#chunks.spanBytes(chunk, index))
    return span !== undefined && text.holdsFor(span)
  }
}
