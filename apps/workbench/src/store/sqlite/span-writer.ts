import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { sharedSlotOf } from '@linked-traces/otlp-receiver'
import { partsOf } from '../../model/attribute-parts.ts'
import type { KeyValue, Span } from '../../model/span.ts'
import { linkRelation, serviceNameOf } from '../../model/stored-span.ts'
import type { SpanGroup, Written } from '../telemetry-store.ts'
import {
  attributeToken,
  BlockFilter,
  errorToken,
  linkAttributeToken,
  linkToken,
  operationToken,
  resourceToken,
} from './block-filter.ts'
import { BlockGrouper, lastBlockedChunk } from './block-groups.ts'
import { ChunkReader, chunkColumns } from './chunk-reader.ts'
import type { Dictionaries } from './dictionaries.ts'
import { ProtobufWriter } from './protobuf-writer.ts'
import type { Rollups } from './rollups.ts'
import { packSegment } from './segment-codec.ts'
import { SharedEncodings } from './shared-encodings.ts'
import { writeKeyValue, writeSpan, writeSpanAttribute } from './span-encoder.ts'
import { HeadsReader, HeadsWriter, headFlag } from './span-heads.ts'
import { integerToSpanId, spanIdToInteger } from './span-id.ts'

/** Spans of one chunk and one segment: a trace that brings more at once gets several. To read one span, its segment is unpacked. */
const mostSegmentSpans = 512
/** A segment takes no further chunk beyond this. */
const mostSegmentBytes = 512 * 1024
/** Spans of one block; the last chunk may exceed it. Those of a full segment, so that a rare value costs the unpacking of one. */
const blockSpans = 512
/** Trace numbers kept at hand before they are forgotten. */
const mostCachedTraces = 20_000
/** Spans of a trace whose ids are compared pair by pair. */
const mostCompared = 32
/** An encode buffer grown beyond this by one request is given back. */
const mostScratchBytes = 8 * 1024 * 1024
const latestTime = 2n ** 63n - 1n

/** Traces named in {@link Written}. */
const mostToldTraces = 256

type Arrived = {
  readonly span: Span
  readonly service: string
  readonly resource: number
  readonly scope: number
}

/** Writes spans into the tables; its caller brings the transaction. */
export class SpanWriter {
  readonly #dictionaries: Dictionaries
  readonly #rollups: Rollups
  readonly #body = new ProtobufWriter()
  readonly #part = new ProtobufWriter()
  readonly #heads = new HeadsWriter()
  readonly #block: Block
  /** The segment under construction, whose spans lie in `#body`; it ends with the transaction at the latest. */
  #segment = 1
  #segmentChunks = 0
  #segmentSpans = 0
  /** Links written by the call that is under way. */
  #links = 0
  /** Bound: {@link mostCachedTraces}, then it starts anew. */
  readonly #traceIds = new Map<string, number>()
  readonly #selectTrace: StatementSync
  readonly #insertTrace: StatementSync
  readonly #insertWhole: StatementSync
  readonly #growTrace: StatementSync
  readonly #selectHeads: StatementSync
  readonly #insertChunk: StatementSync
  readonly #insertSegment: StatementSync
  readonly #lastSegment: StatementSync
  readonly #insertLink: StatementSync
  readonly #addToResource: StatementSync
  readonly #addToScope: StatementSync
  readonly #selectTail: StatementSync
  readonly #chunks: ChunkReader
  readonly #shared = new SharedEncodings()
  readonly #writeAttribute = (out: ProtobufWriter, attribute: KeyValue): void => {
    const { filter } = this.#block
    const slot = sharedSlotOf(attribute)
    if (slot >= 0 && this.#shared.write(out, slot, attribute, filter)) return
    const from = out.position
    const start = writeSpanAttribute(out, attribute)
    const token = attributeToken(out.bytes, start, out.position)
    filter.add(token)
    const parts = partsOf(attribute)
    // One that has parts says more to the filter than its own token.
    if (slot >= 0 && parts.length === 0) this.#shared.keep(slot, attribute, out.view(from), token)
    for (const part of parts) {
      this.#part.position = 0
      writeKeyValue(this.#part, part)
      filter.add(attributeToken(this.#part.bytes, 0, this.#part.position))
    }
  }
  readonly #onLinkAttribute = (start: number, end: number): void =>
    this.#block.filter.add(linkAttributeToken(this.#body.bytes, start, end))

  constructor(database: DatabaseSync, dictionaries: Dictionaries, rollups: Rollups) {
    this.#dictionaries = dictionaries
    this.#rollups = rollups
    this.#block = new Block(database)
    this.#chunks = new ChunkReader(database)
    this.#selectTail = database.prepare(
      `SELECT ${chunkColumns} FROM chunk
       WHERE id > ${lastBlockedChunk} ORDER BY id`,
    )
    this.#selectTrace = database.prepare('SELECT id, span_count FROM trace WHERE trace_id = ?')
    this.#insertTrace = database.prepare('INSERT INTO trace (trace_id) VALUES (?)')
    this.#insertWhole = database.prepare(
      'INSERT INTO trace (trace_id, span_count) VALUES (?, ?) ON CONFLICT DO NOTHING',
    )
    this.#growTrace = database.prepare(
      'UPDATE trace SET span_count = span_count + ?, gone_how = NULL, gone_at = NULL WHERE id = ?',
    )
    this.#selectHeads = database.prepare('SELECT heads FROM chunk WHERE trace = ?')
    this.#insertChunk = database.prepare(
      'INSERT INTO chunk (trace, received_at, segment, body_start, heads) VALUES (?, ?, ?, ?, ?)',
    )
    this.#insertSegment = database.prepare('INSERT INTO segment VALUES (?, ?, ?)')
    this.#lastSegment = database.prepare("SELECT seq AS id FROM sqlite_sequence WHERE name = 'segment'")
    this.#insertLink = database.prepare('INSERT OR IGNORE INTO link VALUES (?, ?, ?, ?, ?, ?)')
    this.#addToResource = database.prepare('UPDATE resource SET span_count = span_count + ? WHERE id = ?')
    this.#addToScope = database.prepare('UPDATE scope SET span_count = span_count + ? WHERE id = ?')
  }

  /** Begins with what the database holds: at the start, and when a transaction was rolled back. */
  restoreBlock(): void {
    this.#traceIds.clear()
    this.#block.restore()
    this.#segmentChunks = 0
    this.#segmentSpans = 0
    for (const row of this.#selectTail.all()) {
      const chunk = this.#chunks.chunk(row)
      const { heads } = chunk
      this.#body.position = 0
      this.#chunks.spans(chunk).forEach(({ span }, index) => {
        writeSpan(this.#body, span, this.#writeAttribute, this.#onLinkAttribute)
        this.#note(span, heads.operation(index), heads.resource(index))
      })
      this.#block.addChunk(chunk.id, heads.count)
    }
    this.#body.shrink(mostScratchBytes)
    this.#chunks.clear()
  }

  /** Trace numbers may have gone. */
  forgetTraces(): void {
    this.#traceIds.clear()
  }

  write(
    exports: Iterable<readonly SpanGroup[]>,
    receivedAt: number,
  ): Written & { readonly newTraceCount: number; readonly linkCount: number } {
    this.#segment = ((this.#lastSegment.get()?.id as number | undefined) ?? 0) + 1
    /** Traces that gained spans, and whether one of these is a root. */
    const grown = new Map<string, boolean>()
    const ofResources = new Map<number, number>()
    const ofScopes = new Map<number, number>()
    let spans = 0
    let duplicates = 0
    let newTraceCount = 0
    this.#links = 0
    for (const groups of exports) {
      for (const [traceId, arrived] of this.#byTrace(groups)) {
        const begun = this.#beginTrace(traceId, arrived)
        const trace = begun ?? this.#trace(traceId)
        const fresh = begun ? arrived : this.#withoutDuplicates(trace, arrived)
        duplicates += arrived.length - fresh.length
        if (fresh.length === 0) continue
        spans += fresh.length
        if (trace.spanCount === 0) newTraceCount++
        for (let from = 0; from < fresh.length; from += mostSegmentSpans)
          this.#writeChunk(trace.id, fresh.slice(from, from + mostSegmentSpans), receivedAt)
        if (!begun) this.#growTrace.run(fresh.length, trace.id)
        let hasRoot = grown.get(traceId) ?? false
        for (const { span, resource, scope } of fresh) {
          ofResources.set(resource, (ofResources.get(resource) ?? 0) + 1)
          ofScopes.set(scope, (ofScopes.get(scope) ?? 0) + 1)
          hasRoot ||= span.parentSpanId === ''
        }
        grown.set(traceId, hasRoot)
      }
    }
    this.#endSegment()
    for (const [id, count] of ofResources) this.#addToResource.run(count, id)
    for (const [id, count] of ofScopes) this.#addToScope.run(count, id)
    return {
      spanCount: spans,
      duplicateCount: duplicates,
      traces: Array.from(grown, ([traceId, hasRoot]) => ({ traceId, hasRoot })).slice(0, mostToldTraces),
      traceCount: grown.size,
      newTraceCount,
      linkCount: this.#links,
    }
  }

  #byTrace(groups: readonly SpanGroup[]): Map<string, Arrived[]> {
    const byTrace = new Map<string, Arrived[]>()
    let lastTraceId = ''
    let last: Arrived[] = []
    for (const { resource, resourceSchemaUrl, scope, scopeSchemaUrl, spans } of groups) {
      if (spans.length === 0) continue
      const service = serviceNameOf(resource)
      const resourceId = this.#dictionaries.resource(resource, resourceSchemaUrl)
      const scopeId = this.#dictionaries.scope(scope, scopeSchemaUrl)
      for (const span of spans) {
        const arrived = { span, service, resource: resourceId, scope: scopeId }
        // Mostly the trace of the span before, whose id is the same object.
        if (span.traceId !== lastTraceId) {
          lastTraceId = span.traceId
          last = byTrace.get(lastTraceId) ?? []
          if (last.length === 0) byTrace.set(lastTraceId, last)
        }
        last.push(arrived)
      }
    }
    return byTrace
  }

  /** Makes a trace that has these spans, if none of it is known: `undefined` when it is, or when the spans may not be distinct. */
  #beginTrace(traceId: string, arrived: readonly Arrived[]): { id: number; spanCount: 0 } | undefined {
    if (this.#traceIds.has(traceId) || !areDistinct(arrived)) return undefined
    const { changes, lastInsertRowid } = this.#insertWhole.run(Buffer.from(traceId, 'hex'), arrived.length)
    if (changes === 0) return undefined
    const id = Number(lastInsertRowid)
    this.#remember(traceId, id)
    return { id, spanCount: 0 }
  }

  #trace(traceId: string): { readonly id: number; readonly spanCount: number } {
    const bytes = Buffer.from(traceId, 'hex')
    const row = this.#selectTrace.get(bytes)
    if (row) return { id: row.id as number, spanCount: row.span_count as number }
    const id = Number(this.#insertTrace.run(bytes).lastInsertRowid)
    this.#remember(traceId, id)
    return { id, spanCount: 0 }
  }

  /** Number of a trace that is perhaps only known from links. */
  #traceNumber(traceId: string): number {
    const cached = this.#traceIds.get(traceId)
    if (cached !== undefined) return cached
    const { id } = this.#trace(traceId)
    this.#remember(traceId, id)
    return id
  }

  #remember(traceId: string, id: number): void {
    if (this.#traceIds.size >= mostCachedTraces) this.#traceIds.clear()
    this.#traceIds.set(traceId, id)
  }

  #withoutDuplicates(
    trace: { id: number; spanCount: number },
    arrived: readonly Arrived[],
  ): readonly Arrived[] {
    if (trace.spanCount === 0 && areDistinct(arrived)) return arrived
    const there = new Set<string>()
    if (trace.spanCount > 0) {
      for (const row of this.#selectHeads.iterate(trace.id)) {
        const heads = new HeadsReader(row.heads as Uint8Array)
        for (let index = 0; index < heads.count; index++) there.add(integerToSpanId(heads.spanId(index)))
      }
    }
    return arrived.filter(({ span }) => !there.has(span.spanId) && there.add(span.spanId))
  }

  #writeChunk(trace: number, arrived: readonly Arrived[], receivedAt: number): void {
    const body = this.#body
    const heads = this.#heads
    const block = this.#block
    const bodyStart = body.position
    heads.clear()
    for (const { span, service, resource, scope } of arrived) {
      const operation = this.#dictionaries.operation(service, span.name, span.kind)
      writeSpan(body, span, this.#writeAttribute, this.#onLinkAttribute)
      const start = span.startTimeUnixNano
      const duration = BigInt.asIntN(64, span.endTimeUnixNano - start)
      const isRoot = span.parentSpanId === ''
      const hasLink = span.links.length > 0
      heads.push({
        spanId: span.spanId,
        parentSpanId: span.parentSpanId,
        start,
        duration,
        operation,
        resource,
        scope,
        flags: statusBits(span.status.code) | (hasLink ? headFlag.hasLink : 0) | (isRoot ? headFlag.root : 0),
        bodyEnd: body.position - bodyStart,
      })
      this.#rollups.add(1, operation, statusBits(span.status.code), start, duration, isRoot)
      if (span.status.code === 2) {
        const message = this.#dictionaries.message(span.status.message)
        this.#rollups.addError(1, operation, start, message, trace, spanIdToInteger(span.spanId))
      }
      if (hasLink) this.#writeLinks(trace, span)
      this.#note(span, operation, resource)
    }
    const { lastInsertRowid } = this.#insertChunk.run(
      trace,
      receivedAt,
      this.#segment,
      bodyStart,
      heads.bytes(),
    )
    this.#segmentChunks++
    this.#segmentSpans += arrived.length
    block.addChunk(Number(lastInsertRowid), arrived.length)
    if (this.#segmentSpans >= mostSegmentSpans || body.position >= mostSegmentBytes) this.#endSegment()
  }

  /** Tells the block under construction what a span can be found by besides its attributes. */
  #note(span: Span, operation: number, resource: number): void {
    const { filter } = this.#block
    filter.add(operationToken(operation))
    filter.add(resourceToken(resource))
    if (span.status.code === 2) filter.add(errorToken)
    if (span.links.length > 0) filter.add(linkToken)
    const duration = BigInt.asIntN(64, span.endTimeUnixNano - span.startTimeUnixNano)
    this.#block.note(span.startTimeUnixNano, duration)
  }

  #writeLinks(trace: number, { spanId, links }: Span): void {
    const source = spanIdToInteger(spanId)
    for (let position = 0; position < links.length; position++) {
      const link = links[position]
      if (!link?.hasValidIds) continue
      const target = this.#traceNumber(link.traceId)
      const relation = linkRelation(link.attributes)
      const { changes } = this.#insertLink.run(
        trace,
        source,
        position,
        target,
        spanIdToInteger(link.spanId),
        relation,
      )
      this.#links += Number(changes)
    }
  }

  #endSegment(): void {
    if (this.#segmentChunks > 0) {
      this.#insertSegment.run(this.#segment, this.#segmentChunks, packSegment(this.#body.view(0)))
      this.#segment++
    }
    this.#segmentChunks = 0
    this.#segmentSpans = 0
    this.#body.shrink(mostScratchBytes)
  }
}

/** Whether it is plain that no two have one id: of a few spans each pair is compared, which takes less than hashing their ids. */
function areDistinct(arrived: readonly Arrived[]): boolean {
  if (arrived.length > mostCompared) return false
  for (let index = 1; index < arrived.length; index++) {
    const id = arrived[index]?.span.spanId
    for (let before = 0; before < index; before++) if (arrived[before]?.span.spanId === id) return false
  }
  return true
}

const statusBits = (code: number): number => (code === 1 || code === 2 ? code : 0)

/** The block that new chunks go to, until it is complete and gets its row. */
class Block {
  readonly filter = new BlockFilter()
  readonly #insert: StatementSync
  readonly #grouper: BlockGrouper
  firstChunk: number | undefined
  #spans = 0
  #minStart = latestTime
  #maxStart = 0n
  #maxDuration = 0n

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare('INSERT INTO block VALUES (?, ?, ?, ?, ?, ?)')
    this.#grouper = new BlockGrouper(database)
  }

  note(start: bigint, duration: bigint): void {
    if (start < this.#minStart) this.#minStart = start
    if (start > this.#maxStart) this.#maxStart = start > latestTime ? latestTime : start
    if (duration > this.#maxDuration) this.#maxDuration = duration
  }

  addChunk(id: number, spans: number): void {
    this.firstChunk ??= id
    this.#spans += spans
    if (this.#spans < blockSpans && !this.filter.isFull) return
    this.#insert.run(
      this.firstChunk,
      id,
      this.#minStart,
      this.#maxStart,
      this.#maxDuration,
      this.filter.bytes(),
    )
    this.#grouper.added()
    this.clear()
  }

  /** Forgets what was noted, and begins with what the database holds. */
  restore(): void {
    this.clear()
    this.#grouper.restore()
  }

  clear(): void {
    this.firstChunk = undefined
    this.#spans = 0
    this.#minStart = latestTime
    this.#maxStart = 0n
    this.#maxDuration = 0n
    this.filter.clear()
  }
}
