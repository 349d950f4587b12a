import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { SpanSummary, TraceSummary } from '../../model/span-summary.ts'
import type { StoredSpan } from '../../model/stored-span.ts'
import {
  compareSpans,
  type IncomingLink,
  type Knowledge,
  type LinkSet,
  type LinkSetEdge,
  type SearchBounds,
  type SearchCursor,
  type SpanFilter,
  type SpanPage,
  type SpanRef,
  type StatsFilter,
  type StoreStatus,
  type TelemetryReader,
  type TracePage,
} from '../telemetry-store.ts'
import { type Chunk, ChunkReader, chunkColumns } from './chunk-reader.ts'
import { CompiledFilter } from './compiled-filter.ts'
import { storeErrorOf } from './database-error.ts'
import { RollupReader } from './rollup-reader.ts'
import { headFlag } from './span-heads.ts'
import { integerToSpanId, spanIdToInteger } from './span-id.ts'
import { SpanSearch } from './span-search.ts'

/** Incoming links told of one trace. */
const mostIncoming = 1_000
/** Neighbours looked at of one trace; the rest counts as more. */
const mostNeighbours = 100_000

/** What a `trace` row says. */
type TraceRow = {
  readonly id: number
  readonly spanCount: number
  readonly goneHow: 'evicted' | 'deleted' | null
  readonly goneAt: number | null
}

/** Answers from the tables. Each answer is read in one go, so it is never half of what a transaction wrote. */
export class SqliteReader implements TelemetryReader {
  readonly #database: DatabaseSync
  readonly #chunks: ChunkReader
  readonly #search: SpanSearch
  readonly #rollups: RollupReader
  readonly #now: () => number
  readonly #selectTrace: StatementSync
  readonly #selectTraceById: StatementSync
  readonly #selectChunks: StatementSync
  readonly #countIncoming: StatementSync
  readonly #selectIncoming: StatementSync
  readonly #selectOutgoing: StatementSync
  readonly #targetTraces: StatementSync
  readonly #sourceTraces: StatementSync
  readonly #countLinks: StatementSync
  readonly #countLinkedFrom: StatementSync
  readonly #lastChunk: StatementSync

  /** `now` in milliseconds, monotonic. */
  constructor(database: DatabaseSync, now: () => number) {
    this.#database = database
    this.#now = now
    this.#chunks = new ChunkReader(database)
    this.#search = new SpanSearch(database, this.#chunks)
    this.#rollups = new RollupReader(database)
    this.#selectTrace = database.prepare(
      'SELECT id, span_count, gone_how, gone_at FROM trace WHERE trace_id = ?',
    )
    this.#selectTraceById = database.prepare(
      'SELECT id, span_count, gone_how, gone_at FROM trace WHERE id = ?',
    )
    this.#selectChunks = database.prepare(`SELECT ${chunkColumns} FROM chunk WHERE trace = ? ORDER BY id`)
    this.#countIncoming = bigints(
      database.prepare(
        'SELECT target_span, count(*) AS links FROM link WHERE target_trace = ? GROUP BY target_span',
      ),
    )
    this.#selectIncoming = bigints(
      database.prepare(
        `SELECT source_trace, source_span, position, relation FROM link
         WHERE target_trace = ? AND target_span = ? ORDER BY source_trace DESC, source_span, position LIMIT ?`,
      ),
    )
    this.#selectOutgoing = bigints(
      database.prepare(
        'SELECT source_span, position, target_trace, target_span, relation FROM link WHERE source_trace = ?',
      ),
    )
    this.#targetTraces = database.prepare(
      'SELECT DISTINCT target_trace AS id FROM link WHERE source_trace = ? LIMIT ?',
    )
    this.#sourceTraces = database.prepare(
      'SELECT DISTINCT source_trace AS id FROM link WHERE target_trace = ? ORDER BY source_trace DESC LIMIT ?',
    )
    this.#countLinks = database.prepare('SELECT count(*) AS links FROM link WHERE source_trace = ?')
    this.#countLinkedFrom = database.prepare('SELECT count(*) AS links FROM link WHERE target_trace = ?')
    this.#lastChunk = database.prepare('SELECT max(id) AS id FROM chunk')
  }

  /** To be called when rows were taken back whose numbers will be given again. */
  clearCaches(): void {
    this.#chunks.clear()
  }

  async trace(traceId: string, limit: number) {
    return this.#read(() => {
      const row = this.#traceRow(traceId)
      if (!row || row.spanCount === 0) return undefined
      const spans: StoredSpan[] = []
      for (const chunk of this.#chunksOf(row.id)) {
        spans.push(...this.#chunks.spans(chunk))
        // Beyond the limit the earliest spans received stand for the trace.
        if (spans.length >= limit) break
      }
      spans.sort((a, b) => compareSpans(a.span, b.span))
      return { spans: spans.slice(0, limit), spanCount: row.spanCount }
    })
  }

  async incomingLinks(traceId: string, limitPerSpan: number) {
    return this.#read(() => {
      const links: IncomingLink[] = []
      const counts = new Map<string, number>()
      const row = this.#traceRow(traceId)
      if (!row) return { links, counts }
      const finder = new SpanFinder(this.#chunks, (trace) => this.#chunksOf(trace))
      for (const { target_span, links: count } of this.#countIncoming.all(row.id)) {
        const targetSpanId = integerToSpanId(target_span as bigint)
        counts.set(targetSpanId, Number(count))
        const limit = Math.min(limitPerSpan, mostIncoming - links.length)
        for (const link of this.#selectIncoming.all(row.id, target_span as bigint, limit)) {
          const source = finder.find(Number(link.source_trace), link.source_span as bigint)
          if (!source) continue
          links.push({
            targetSpanId,
            source,
            position: Number(link.position),
            relation: link.relation as string | null,
          })
        }
      }
      return { links, counts }
    })
  }

  async know(refs: readonly SpanRef[]): Promise<readonly Knowledge[]> {
    return this.#read(() => {
      const finder = new SpanFinder(this.#chunks, (trace) => this.#chunksOf(trace))
      return refs.map(({ traceId, spanId }): Knowledge => {
        const row = this.#traceRow(traceId)
        if (!row) return { state: 'unknown' }
        if (row.spanCount === 0) return goneState(row)
        const span = finder.find(row.id, spanIdToInteger(spanId))
        return span ? { state: 'stored', span } : { state: 'span_missing' }
      })
    })
  }

  async spans(refs: readonly SpanRef[]) {
    return this.#read(() => {
      const finder = new SpanFinder(this.#chunks, (trace) => this.#chunksOf(trace))
      return refs.map(({ traceId, spanId }) => {
        const row = this.#traceRow(traceId)
        const place = row && finder.place(row.id, spanIdToInteger(spanId))
        return place && this.#chunks.span(place.chunk, place.index)
      })
    })
  }

  async linkSet(traceId: string, bounds: { traces: number; hops: number; edges: number }): Promise<LinkSet> {
    return this.#read(() => {
      const start = this.#traceRow(traceId)
      if (!start) return { traces: [], edges: [], moreTraces: 0, moreEdges: 0 }
      const hopsOf = new Map([[start.id, 0]])
      const leftOut = new Set<number>()
      let frontier = [start.id]
      for (let hops = 1; frontier.length > 0; hops++) {
        const next: number[] = []
        for (const neighbour of frontier.flatMap((trace) => this.#neighbours(trace))) {
          if (hopsOf.has(neighbour)) continue
          if (hops > bounds.hops || hopsOf.size >= bounds.traces) {
            leftOut.add(neighbour)
          } else {
            hopsOf.set(neighbour, hops)
            next.push(neighbour)
          }
        }
        frontier = next
      }
      const edges: LinkSetEdge[] = []
      const inside = new Map<number, number>()
      const beyond = new Map<number, number>()
      let moreEdges = 0
      for (const source of hopsOf.keys()) {
        for (const link of this.#selectOutgoing.iterate(source)) {
          const target = Number(link.target_trace)
          if (!hopsOf.has(target)) {
            beyond.set(source, (beyond.get(source) ?? 0) + 1)
            continue
          }
          inside.set(target, (inside.get(target) ?? 0) + 1)
          if (edges.length >= bounds.edges) {
            moreEdges++
            continue
          }
          edges.push({
            source: this.#ref(source, link.source_span as bigint),
            position: Number(link.position),
            target: this.#ref(target, link.target_span as bigint),
            relation: link.relation as string | null,
          })
        }
      }
      const traces = [...hopsOf].map(([trace, hops]) => {
        const row = this.#rowOf(this.#selectTraceById.get(trace)) as TraceRow
        const summary = row.spanCount > 0 ? this.#summarize(trace) : undefined
        const knowledge = summary ? { state: 'stored' as const } : goneState(row)
        const incoming = this.#countLinkedFrom.get(trace)?.links as number
        const linksBeyond = (beyond.get(trace) ?? 0) + incoming - (inside.get(trace) ?? 0)
        return { traceId: this.#chunks.traceId(trace), hops, summary, knowledge, linksBeyond }
      })
      return { traces, edges, moreTraces: leftOut.size, moreEdges }
    })
  }

  async searchSpans(
    filter: SpanFilter,
    after: SearchCursor | undefined,
    bounds: SearchBounds,
  ): Promise<SpanPage> {
    return this.#read(() => {
      const spans: StoredSpan[] = []
      const next = this.#scan(filter, after, bounds, (chunk, index) => {
        spans.push(this.#chunks.span(chunk, index))
        return spans.length < bounds.limit
      })
      return { spans, next }
    })
  }

  async spansSince(cursor: SearchCursor, filter: SpanFilter, limit: number) {
    return this.#read(() => {
      const compiled = new CompiledFilter(this.#database, filter)
      const spans: StoredSpan[] = []
      let last = cursor
      for (const chunk of this.#search.chunksAfter(cursor.chunk)) {
        for (const index of this.#search.matchesIn(chunk, compiled))
          spans.push(this.#chunks.span(chunk, index))
        last = { chunk: chunk.id, index: 0 }
        if (spans.length >= limit) break
      }
      return { spans, cursor: last }
    })
  }

  async latest(): Promise<SearchCursor> {
    return this.#read(() => ({ chunk: (this.#lastChunk.get()?.id as number | null) ?? 0, index: 0 }))
  }

  async searchTraces(
    filter: SpanFilter,
    after: SearchCursor | undefined,
    bounds: SearchBounds,
  ): Promise<TracePage> {
    return this.#read(() => {
      const compiled = new CompiledFilter(this.#database, filter)
      const found = new Set<number>()
      const next = this.#scan(filter, after, bounds, (chunk) => {
        if (found.has(chunk.trace)) return true
        // It was told with a later chunk, on the page before.
        for (const other of this.#chunksOf(chunk.trace))
          if (other.id > chunk.id && this.#search.matches(other, compiled)) return true
        found.add(chunk.trace)
        return found.size < bounds.limit
      })
      // A chunk is one trace's: its other spans would tell the same trace again.
      const traces = [...found].map((trace) => this.#summarize(trace))
      return { traces, next: next && { chunk: next.chunk, index: 0 } }
    })
  }

  async operations(filter: StatsFilter) {
    return this.#read(() => this.#rollups.operations(filter))
  }

  async services(filter: StatsFilter) {
    return this.#read(() => this.#rollups.services(filter))
  }

  async timeSeries(filter: StatsFilter, stepMinutes: number) {
    return this.#read(() => this.#rollups.timeSeries(filter, stepMinutes))
  }

  async topErrors(filter: StatsFilter, limit: number) {
    return this.#read(() => {
      const finder = new SpanFinder(this.#chunks, (trace) => this.#chunksOf(trace))
      return this.#rollups.topErrors(filter, limit).map(({ message, count, trace, span }) => ({
        message,
        count,
        example: finder.find(trace, span),
      }))
    })
  }

  async status(): Promise<StoreStatus> {
    return this.#read(() => readStatus(this.#database))
  }

  /** Runs `work` on one snapshot of the database. */
  #read<T>(work: () => T): T {
    if (this.#database.isTransaction) return work()
    try {
      this.#database.exec('BEGIN')
      const answer = work()
      this.#database.exec('COMMIT')
      return answer
    } catch (error) {
      // Ends the snapshot. COMMIT would tell the error of the statement before again.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw storeErrorOf(error, this.#database)
    }
  }

  /** Calls `take` for every match, newest first, until it wants no more; returns where to go on. */
  #scan(
    filter: SpanFilter,
    after: SearchCursor | undefined,
    bounds: SearchBounds,
    take: (chunk: Chunk, index: number) => boolean,
  ): SearchCursor | undefined {
    const compiled = new CompiledFilter(this.#database, filter)
    if (compiled.isEmpty) return undefined
    const deadline = this.#now() + bounds.budgetMillis
    // However short the time is, a page gets further than the one before.
    const newest = after?.chunk ?? Number.POSITIVE_INFINITY
    for (const chunk of this.#search.chunksBefore(compiled, after)) {
      if (typeof chunk === 'number') {
        if (chunk < newest && this.#now() > deadline) return { chunk, index: 0 }
        continue
      }
      for (const index of this.#search.matchesIn(chunk, compiled)) {
        if (after && chunk.id === after.chunk && index >= after.index) continue
        if (!take(chunk, index)) return { chunk: chunk.id, index }
      }
      if (chunk.id < newest && this.#now() > deadline) return { chunk: chunk.id, index: 0 }
    }
    return undefined
  }

  #traceRow(traceId: string): TraceRow | undefined {
    return this.#rowOf(this.#selectTrace.get(Buffer.from(traceId, 'hex')))
  }

  #rowOf(row: Record<string, unknown> | undefined): TraceRow | undefined {
    return (
      row && {
        id: row.id as number,
        spanCount: row.span_count as number,
        goneHow: row.gone_how as TraceRow['goneHow'],
        goneAt: row.gone_at as number | null,
      }
    )
  }

  *#chunksOf(trace: number): Generator<Chunk> {
    for (const row of this.#selectChunks.all(trace)) yield this.#chunks.chunk(row)
  }

  #neighbours(trace: number): number[] {
    const ids = (statement: StatementSync): number[] =>
      statement.all(trace, mostNeighbours).map(({ id }) => id as number)
    return [...ids(this.#targetTraces), ...ids(this.#sourceTraces)]
  }

  #ref(trace: number, span: bigint): SpanRef {
    return { traceId: this.#chunks.traceId(trace), spanId: integerToSpanId(span) }
  }

  #summarize(trace: number): TraceSummary {
    let start: bigint | undefined
    let end = 0n
    let spanCount = 0
    let errorCount = 0
    let root: { chunk: Chunk; index: number; isRoot: boolean; start: bigint } | undefined
    const services = new Map<string, { spanCount: number; errorCount: number }>()
    for (const chunk of this.#chunksOf(trace)) {
      const { heads } = chunk
      for (let index = 0; index < heads.count; index++) {
        const spanStart = heads.start(index)
        const spanEnd = spanStart + heads.duration(index)
        if (start === undefined || spanStart < start) start = spanStart
        if (spanEnd > end) end = spanEnd
        spanCount++
        const isError = (heads.flags(index) & headFlag.status) === 2
        const { service } = this.#chunks.operation(heads.operation(index))
        const counts = services.get(service) ?? { spanCount: 0, errorCount: 0 }
        counts.spanCount++
        if (isError) {
          counts.errorCount++
          errorCount++
        }
        services.set(service, counts)
        const isRoot = (heads.flags(index) & headFlag.root) !== 0
        if (!root || (isRoot !== root.isRoot ? isRoot : spanStart < root.start))
          root = { chunk, index, isRoot, start: spanStart }
      }
    }
    if (!root || start === undefined) throw new TypeError(`Trace ${trace} has no spans.`)
    return {
      traceId: this.#chunks.traceId(trace),
      start,
      duration: end - start,
      spanCount,
      errorCount,
      root: this.#chunks.summary(root.chunk, root.index),
      hasRoot: root.isRoot,
      services: [...services]
        .map(([serviceName, counts]) => ({ serviceName, ...counts }))
        .sort((a, b) => b.spanCount - a.spanCount),
      linkCount: this.#countLinks.get(trace)?.links as number,
      linkedFromCount: this.#countLinkedFrom.get(trace)?.links as number,
    }
  }
}

/** Finds spans by trace and id; reads the chunks of each trace once. */
class SpanFinder {
  readonly #chunks: ChunkReader
  readonly #chunksOf: (trace: number) => Iterable<Chunk>
  /** Bound: lives as long as one question. */
  readonly #known = new Map<number, Map<bigint, { chunk: Chunk; index: number }>>()

  constructor(chunks: ChunkReader, chunksOf: (trace: number) => Iterable<Chunk>) {
    this.#chunks = chunks
    this.#chunksOf = chunksOf
  }

  find(trace: number, spanId: bigint): SpanSummary | undefined {
    const place = this.place(trace, spanId)
    return place && this.#chunks.summary(place.chunk, place.index)
  }

  place(trace: number, spanId: bigint): { readonly chunk: Chunk; readonly index: number } | undefined {
    let spans = this.#known.get(trace)
    if (!spans) {
      spans = new Map()
      for (const chunk of this.#chunksOf(trace))
        for (let index = 0; index < chunk.heads.count; index++)
          spans.set(chunk.heads.spanId(index), { chunk, index })
      this.#known.set(trace, spans)
    }
    return spans.get(spanId)
  }
}

function goneState(row: TraceRow): Exclude<Knowledge, { state: 'stored' | 'span_missing' }> {
  if (row.goneHow === null || row.goneAt === null) return { state: 'unknown' }
  return { state: row.goneHow, atMillis: row.goneAt }
}

function bigints(statement: StatementSync): StatementSync {
  statement.setReadBigInts(true)
  return statement
}

/** Counts and size; `counter` rows are kept by the writer. */
export function readStatus(database: DatabaseSync): StoreStatus {
  const counters = new Map(
    database
      .prepare('SELECT name, value FROM counter')
      .all()
      .map(({ name, value }) => [name as string, value as number]),
  )
  const of = (name: string): number => counters.get(name) ?? 0
  return {
    spanCount: of('spans'),
    traceCount: of('traces'),
    linkCount: of('links'),
    byteCount: usedBytesOf(database)(),
    evictedTraceCount: of('evicted_traces'),
    evictedSpanCount: of('evicted_spans'),
    evictedAtMillis: counters.get('evicted_at'),
    logRecordCount: of('log_records'),
    metricPointCount: of('metric_points'),
  }
}

/** Tells the bytes of the pages in use: a file does not shrink when rows go, its free pages are used again first. */
export function usedBytesOf(database: DatabaseSync): () => number {
  const pragmas = ['page_count', 'freelist_count', 'page_size'].map((name) => {
    const statement = database.prepare(`SELECT ${name} AS value FROM pragma_${name}`)
    return () => statement.get()?.value as number
  })
  return () => {
    const [pages = 0, free = 0, size = 0] = pragmas.map((read) => read())
    return (pages - free) * size
  }
}
