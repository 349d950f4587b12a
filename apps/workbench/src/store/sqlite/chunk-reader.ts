import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Resource, Scope, Span } from '../../model/span.ts'
import type { SpanSummary } from '../../model/span-summary.ts'
import type { StoredSpan } from '../../model/stored-span.ts'
import { Damage } from './database-error.ts'
import { decodeResource, decodeScope, decodeSpans } from './decode-stored.ts'
import { LruCache } from './lru-cache.ts'
import { unpackSegment } from './segment-codec.ts'
import { HeadsReader, headFlag } from './span-heads.ts'
import { integerToSpanId } from './span-id.ts'

/** A chunk's row with its heads ready to read. */
export type Chunk = {
  readonly id: number
  /** Number of the trace. */
  readonly trace: number
  readonly receivedAt: number
  readonly segment: number
  readonly bodyStart: number
  readonly heads: HeadsReader
}

export type Operation = { readonly service: string; readonly name: string; readonly kind: number }

/** Bytes of unpacked segments kept at hand. */
const mostSegmentBytes = 24 * 1024 * 1024
const mostEntries = 10_000

/** Columns that {@link ChunkReader.chunk} wants. */
export const chunkColumns = 'id, trace, received_at, segment, body_start, heads'

/** Turns rows into spans. */
export class ChunkReader {
  readonly #selectSegment: StatementSync
  readonly #selectResource: StatementSync
  readonly #selectScope: StatementSync
  readonly #selectOperation: StatementSync
  readonly #selectTraceId: StatementSync
  readonly #segments = new LruCache<number, Buffer>(mostSegmentBytes, ({ byteLength }) => byteLength)
  readonly #resources = new LruCache<number, { resource: Resource; schemaUrl: string }>(mostEntries)
  readonly #scopes = new LruCache<number, { scope: Scope; schemaUrl: string }>(mostEntries)
  readonly #operations = new LruCache<number, Operation>(mostEntries)
  readonly #traceIds = new LruCache<number, string>(mostEntries)

  constructor(database: DatabaseSync) {
    this.#selectSegment = database.prepare('SELECT body FROM segment WHERE id = ?')
    this.#selectResource = database.prepare('SELECT body FROM resource WHERE id = ?')
    this.#selectScope = database.prepare('SELECT body FROM scope WHERE id = ?')
    this.#selectOperation = database.prepare('SELECT service, name, kind FROM operation WHERE id = ?')
    this.#selectTraceId = database.prepare('SELECT trace_id FROM trace WHERE id = ?')
  }

  /** To be called when rows were taken back whose numbers will be given again. */
  clear(): void {
    this.#segments.clear()
    this.#resources.clear()
    this.#scopes.clear()
    this.#operations.clear()
    this.#traceIds.clear()
  }

  chunk(row: Record<string, unknown>): Chunk {
    return {
      id: row.id as number,
      trace: row.trace as number,
      receivedAt: row.received_at as number,
      segment: row.segment as number,
      bodyStart: row.body_start as number,
      heads: new HeadsReader(row.heads as Uint8Array),
    }
  }

  /** The unpacked body of a segment. */
  segment(id: number): Buffer {
    const body = this.segmentIfThere(id)
    if (!body) throw new Damage(`segment ${id} is missing`)
    return body
  }

  /** The same of a segment that may have been evicted. */
  segmentIfThere(id: number): Buffer | undefined {
    return this.#segments.get(id, () => {
      const row = this.#selectSegment.get(id)
      return row && unpackSegment(row.body as Uint8Array)
    })
  }

  /** The bytes of one span, a `ScopeSpans.spans` field. */
  spanBytes(chunk: Chunk, index: number): Buffer {
    const { bodyStart, heads } = chunk
    return this.segment(chunk.segment).subarray(
      bodyStart + heads.bodyStart(index),
      bodyStart + heads.bodyEnd(index),
    )
  }

  span(chunk: Chunk, index: number): StoredSpan {
    const [span] = decodeSpans(this.spanBytes(chunk, index))
    if (!span) throw new Damage('a span cannot be decoded')
    return this.#stored(chunk, index, span)
  }

  /** All spans of a chunk. */
  spans(chunk: Chunk): StoredSpan[] {
    const { bodyStart, heads } = chunk
    const bytes = this.segment(chunk.segment).subarray(bodyStart, bodyStart + heads.bodyEnd(heads.count - 1))
    return decodeSpans(bytes).map((span, index) => this.#stored(chunk, index, span))
  }

  summary(chunk: Chunk, index: number): SpanSummary {
    const { heads } = chunk
    const { service, name, kind } = this.operation(heads.operation(index))
    return {
      traceId: this.traceId(chunk.trace),
      spanId: integerToSpanId(heads.spanId(index)),
      serviceName: service,
      name,
      kind,
      start: heads.start(index),
      duration: heads.duration(index),
      status: heads.flags(index) & headFlag.status,
    }
  }

  operation(id: number): Operation {
    return this.#operations.get(id, () => this.#selectOperation.get(id) as unknown as Operation)
  }

  /** Hex id of a trace by its number. */
  traceId(trace: number): string {
    return this.#traceIds.get(trace, () =>
      Buffer.from(this.#selectTraceId.get(trace)?.trace_id as Uint8Array).toString('hex'),
    )
  }

  #stored(chunk: Chunk, index: number, span: Span): StoredSpan {
    const { resource, schemaUrl: resourceSchemaUrl } = this.#resource(chunk.heads.resource(index))
    const { scope, schemaUrl: scopeSchemaUrl } = this.#scope(chunk.heads.scope(index))
    return { span, resource, resourceSchemaUrl, scope, scopeSchemaUrl, receivedAt: chunk.receivedAt }
  }

  #resource(id: number) {
    return this.#resources.get(id, () => decodeResource(this.#selectResource.get(id)?.body as Uint8Array))
  }

  #scope(id: number) {
    return this.#scopes.get(id, () => decodeScope(this.#selectScope.get(id)?.body as Uint8Array))
  }
}
