import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { SearchCursor } from '../telemetry-store.ts'
import { type Block, BlockGroup, isIn, lastBlockedChunk } from './block-groups.ts'
import { type Chunk, type ChunkReader, chunkColumns } from './chunk-reader.ts'
import type { CompiledFilter } from './compiled-filter.ts'
import { decodeSpans } from './decode-stored.ts'

/** Walks over chunks in order of arrival, leaving out blocks that cannot hold a match. */
export class SpanSearch {
  readonly #chunks: ChunkReader
  readonly #tail: StatementSync
  readonly #blocks: StatementSync
  readonly #blocksWithFilter: StatementSync
  readonly #groups: StatementSync
  readonly #selectSlice: StatementSync
  readonly #range: StatementSync
  readonly #segments: StatementSync
  readonly #after: StatementSync
  readonly #ofTrace: StatementSync

  constructor(database: DatabaseSync, chunks: ChunkReader) {
    this.#chunks = chunks
    this.#tail = database.prepare(
      `SELECT ${chunkColumns} FROM chunk
       WHERE id > ${lastBlockedChunk} AND id <= ? ORDER BY id DESC`,
    )
    const blocks = (filter: string): StatementSync => {
      const statement = database.prepare(
        `SELECT first_chunk, last_chunk, min_start, max_start, max_duration, ${filter} AS filter FROM block
         WHERE first_chunk BETWEEN ? AND ? ORDER BY first_chunk DESC`,
      )
      statement.setReadBigInts(true)
      return statement
    }
    this.#blocks = blocks('NULL')
    this.#blocksWithFilter = blocks('filter')
    this.#groups = database.prepare(
      'SELECT * FROM block_group WHERE first_chunk <= ? ORDER BY first_chunk DESC',
    )
    this.#groups.setReadBigInts(true)
    this.#selectSlice = database.prepare('SELECT bits FROM filter_slice WHERE block_group = ? AND slice = ?')
    this.#range = database.prepare(
      `SELECT ${chunkColumns} FROM chunk WHERE id BETWEEN ? AND ? ORDER BY id DESC`,
    )
    this.#segments = database.prepare(
      `SELECT (SELECT segment FROM chunk WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 1) AS first,
              (SELECT segment FROM chunk WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1) AS last`,
    )
    this.#ofTrace = database.prepare(
      `SELECT ${chunkColumns} FROM chunk WHERE trace = ? AND id <= ? ORDER BY id DESC`,
    )
    this.#after = database.prepare(`SELECT ${chunkColumns} FROM chunk WHERE id > ? ORDER BY id`)
  }

  /**
   * Chunks that may hold matches, newest first, from the one `after` names (or the newest) on; instead of those of a block whose bodies hold
   * none, the number of its first chunk, so that the caller can look at the clock.
   */
  *chunksBefore(filter: CompiledFilter, after: SearchCursor | undefined): Generator<Chunk | number> {
    const newest = after?.chunk ?? Number.MAX_SAFE_INTEGER
    if (filter.trace !== undefined) {
      for (const row of this.#ofTrace.iterate(filter.trace, newest)) yield this.#chunks.chunk(row)
      return
    }
    for (const row of this.#tail.iterate(newest)) yield this.#chunks.chunk(row)
    for (const { firstChunk, lastChunk } of this.#blocksBefore(filter, newest)) {
      const last = Math.min(lastChunk, newest)
      if (filter.isDecidedByBodies && !this.#bodiesMayMatch(filter, firstChunk, last)) {
        yield firstChunk
        continue
      }
      for (const row of this.#range.iterate(firstChunk, last)) yield this.#chunks.chunk(row)
    }
  }

  /** Whether a segment that chunks from `first` to `last` lie in holds what a match must hold. */
  #bodiesMayMatch(filter: CompiledFilter, first: number, last: number): boolean {
    const segments = this.#segments.get(first, last, first, last)
    // Evicted, all of them.
    if (segments?.first == null) return false
    for (let segment = segments.last as number; segment >= (segments.first as number); segment--) {
      const body = this.#chunks.segmentIfThere(segment)
      if (body && filter.mayMatchSegment(segment, body)) return true
    }
    return false
  }

  /** Blocks that may hold matches, newest first. */
  *#blocksBefore(filter: CompiledFilter, newest: number): Generator<Block> {
    let below = newest
    for (const row of this.#groups.iterate(newest)) {
      const group = new BlockGroup(row, this.#selectSlice)
      yield* this.#ungrouped(filter, group.lastChunk + 1, below)
      below = group.firstChunk - 1
      if (!filter.mayMatchTimes(group)) continue
      const mayMatch = filter.blocksThatMayMatch(group)
      for (let position = group.blockCount - 1; position >= 0; position--) {
        if (!isIn(mayMatch, position)) continue
        const block = group.block(position)
        if (block.firstChunk <= newest && filter.mayMatchTimes(block)) yield block
      }
    }
    yield* this.#ungrouped(filter, 0, below)
  }

  *#ungrouped(filter: CompiledFilter, from: number, to: number): Generator<Block> {
    const blocks = filter.usesTokens ? this.#blocksWithFilter : this.#blocks
    for (const row of blocks.iterate(from, to)) {
      const block = {
        firstChunk: Number(row.first_chunk),
        lastChunk: Number(row.last_chunk),
        minStart: row.min_start as bigint,
        maxStart: row.max_start as bigint,
        maxDuration: row.max_duration as bigint,
      }
      if (filter.mayMatchTimes(block) && filter.mayMatchFilter(row.filter as Uint8Array | null)) yield block
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
