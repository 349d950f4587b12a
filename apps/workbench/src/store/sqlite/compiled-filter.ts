import type { DatabaseSync } from 'node:sqlite'
import { partsOf } from '../../model/attribute-parts.ts'
import type { AnyValue, KeyValue, Span } from '../../model/span.ts'
import type { AttributeCondition, SpanFilter } from '../telemetry-store.ts'
import {
  attributeToken,
  errorToken,
  filterBytes,
  linkAttributeToken,
  linkToken,
  mayHold,
  operationToken,
  resourceToken,
} from './block-filter.ts'
import {
  allBlocks,
  type Block,
  type BlockGroup,
  type BlockSet,
  both,
  either,
  noBlocks,
} from './block-groups.ts'
import { decodeResource } from './decode-stored.ts'
import { firstFrom } from './first-from.ts'
import { ProtobufWriter } from './protobuf-writer.ts'
import { writeKeyValue } from './span-encoder.ts'
import { type HeadsReader, headFlag } from './span-heads.ts'
import { spanIdToInteger } from './span-id.ts'
import { TextCondition } from './text-condition.ts'

type Tokens = {
  /** Alternatives, one of which a block must hold. */
  readonly anyOf: readonly number[]
  /** Whether one may come from the part of an attribute, which filters of the older size do not know. */
  readonly mayBePart?: boolean
}

/** Places in the body of one segment, ascending. */
type Places = { readonly segment: number; readonly ofConditions: readonly (readonly number[])[] }

/** What the heads cannot tell. */
type BodyCondition = {
  /** One of these byte strings is in every span that matches. */
  readonly patterns: readonly Buffer[]
  readonly holds: (span: Span) => boolean
}

/** A {@link SpanFilter} in the terms of the database: numbers for names, bytes for values. */
export class CompiledFilter {
  /** Nothing that is stored can match. */
  readonly isEmpty: boolean
  readonly #filter: SpanFilter
  readonly #operations: ReadonlySet<number> | undefined
  readonly #resources: ReadonlySet<number> | undefined
  /** Number of the only trace to look at. */
  readonly trace: number | undefined
  /** Spans that the links of `linkedFrom` lead to, by the number of their trace. */
  readonly #targets: ReadonlyMap<number, ReadonlySet<bigint>> | undefined
  readonly #tokens: readonly Tokens[]
  readonly bodyConditions: readonly BodyCondition[]
  readonly text: TextCondition | undefined
  /** Of the segment looked at last: the chunks of one come together. */
  #places: Places | undefined

  constructor(database: DatabaseSync, filter: SpanFilter) {
    this.#filter = filter
    this.#operations = operationsOf(database, filter)
    this.#resources = filter.resourceAttributes && resourcesOf(database, filter.resourceAttributes)
    this.text = filter.text === undefined ? undefined : new TextCondition(database, filter.text)
    this.#targets = filter.linkedFrom && targetsOf(database, filter.linkedFrom)
    this.trace = filter.traceId === undefined ? undefined : traceNumber(database, filter.traceId)
    this.isEmpty =
      [this.#operations, this.#resources, this.#targets].some((set) => set?.size === 0) ||
      this.trace === unknownTrace
    const attributes = (filter.attributes ?? []).map((condition) => ({
      patterns: alternatives(condition),
      partKey: condition.partKey,
      texts: condition.partKey === undefined ? [] : textsOf(condition.values),
    }))
    const linkAttributes = (filter.linkAttributes ?? []).map(alternatives)
    this.#tokens = [
      ...tokensOf(this.#operations, operationToken),
      ...tokensOf(this.#resources, resourceToken),
      ...(filter.status === 2 ? [{ anyOf: [errorToken] }] : []),
      ...(filter.hasLink ? [{ anyOf: [linkToken] }] : []),
      ...attributes.map(({ patterns, partKey }) => ({
        anyOf: patterns.map((content) => attributeToken(content, 0, content.length)),
        mayBePart: partKey !== undefined,
      })),
      ...linkAttributes.map((patterns) => ({
        anyOf: patterns.map((content) => linkAttributeToken(content, 0, content.length)),
      })),
    ]
    this.bodyConditions = [
      ...attributes.map(({ patterns, partKey, texts }) => ({
        // A part stands nowhere as an attribute, its text within that of the whole does.
        patterns: [...patterns, ...texts],
        holds: ({ attributes: sent }: Span) =>
          holdsOneOf(patterns, sent) ||
          (partKey !== undefined &&
            holdsOneOf(
              patterns,
              sent.flatMap(partsOf).filter(({ key }) => key === partKey),
            )),
      })),
      ...linkAttributes.map((patterns) => ({
        patterns,
        holds: (span: Span) => span.links.some((link) => holdsOneOf(patterns, link.attributes)),
      })),
    ]
  }

  /** Whether blocks are told apart by more than their times. */
  get usesTokens(): boolean {
    return this.#tokens.length > 0
  }

  /** Whether spans between these times, in the database's signed nanoseconds, may match. */
  mayMatchTimes(block: Omit<Block, 'firstChunk' | 'lastChunk'>): boolean {
    const { from, to, minDuration } = this.#filter
    if (from !== undefined && block.maxStart < from) return false
    if (to !== undefined && block.minStart >= to) return false
    return minDuration === undefined || block.maxDuration >= minDuration
  }

  /** Whether a block with this filter may hold a match. */
  mayMatchFilter(filter: Uint8Array | null): boolean {
    if (filter === null) return true
    const isOlder = filter.length !== filterBytes
    return this.#tokens.every(
      ({ anyOf, mayBePart }) => (isOlder && mayBePart) || anyOf.some((token) => mayHold(filter, token)),
    )
  }

  /** Blocks of a group that may hold a match. */
  blocksThatMayMatch(group: Pick<BlockGroup, 'mayHold'>): BlockSet {
    return this.#tokens
      .map(({ anyOf }) => anyOf.map((token) => group.mayHold(token)).reduce(either, noBlocks))
      .reduce(both, allBlocks)
  }

  /** Whether for each body condition one of its patterns stands in the segment between `start` and `end`. */
  mayMatchBody(segment: number, body: Buffer, start: number, end: number): boolean {
    if (this.#places?.segment !== segment)
      this.#places = {
        segment,
        ofConditions: this.bodyConditions.map(({ patterns }) => placesIn(body, patterns)),
      }
    return this.#places.ofConditions.every((places) => (places[firstFrom(places, start)] ?? end) < end)
  }

  /** Whether what a segment's body holds, and nothing else, may rule out all of its spans. */
  get isDecidedByBodies(): boolean {
    return this.bodyConditions.length > 0 || this.text?.holdsForSomeOperation === false
  }

  /** Whether a span of a segment may match, by its body. */
  mayMatchSegment(segment: number, body: Buffer): boolean {
    const { text } = this
    return (
      this.mayMatchBody(segment, body, 0, body.length) &&
      (text === undefined || text.holdsForSomeOperation || text.mayStandIn(segment, body, 0, body.length))
    )
  }

  mayMatchTrace(trace: number): boolean {
    return this.#targets?.has(trace) ?? true
  }

  matchesHead(trace: number, heads: HeadsReader, index: number): boolean {
    const { status, minDuration, maxDuration, from, to, isRoot, hasLink } = this.#filter
    const flags = heads.flags(index)
    if (this.#targets && !this.#targets.get(trace)?.has(heads.spanId(index))) return false
    if (this.#operations && !this.#operations.has(heads.operation(index))) return false
    if (this.#resources && !this.#resources.has(heads.resource(index))) return false
    if (status !== undefined && (flags & headFlag.status) !== status) return false
    if (isRoot !== undefined && ((flags & headFlag.root) !== 0) !== isRoot) return false
    if (hasLink !== undefined && ((flags & headFlag.hasLink) !== 0) !== hasLink) return false
    if (minDuration !== undefined && heads.duration(index) < minDuration) return false
    if (maxDuration !== undefined && heads.duration(index) > maxDuration) return false
    if (from !== undefined && heads.start(index) < from) return false
    return to === undefined || heads.start(index) < to
  }
}

function placesIn(body: Buffer, patterns: readonly Buffer[]): number[] {
  const places: number[] = []
  for (const pattern of patterns)
    for (let at = body.indexOf(pattern); at >= 0; at = body.indexOf(pattern, at + 1)) places.push(at)
  return places.sort((a, b) => a - b)
}

/** More alternatives than this say little about a block. */
const mostAlternatives = 256

const tokensOf = (ids: ReadonlySet<number> | undefined, token: (id: number) => number): Tokens[] =>
  ids && ids.size <= mostAlternatives ? [{ anyOf: [...ids].map(token) }] : []

const scratch = new ProtobufWriter()

/** The `KeyValue` bytes of every key with every value. */
function alternatives({ keys, values }: AttributeCondition): Buffer[] {
  return keys.flatMap((key) => values.map((value) => keyValueBytes({ key, value })))
}

/** How the values are written within a longer text. */
const textsOf = (values: readonly AnyValue[]): Buffer[] =>
  [...new Set(values.map(({ value }) => String(value)))]
    .filter((text) => text !== '')
    .map((text) => Buffer.from(text))

function keyValueBytes(attribute: KeyValue): Buffer {
  scratch.position = 0
  writeKeyValue(scratch, attribute)
  return Buffer.from(scratch.view(0))
}

const holdsOneOf = (patterns: readonly Buffer[], attributes: readonly KeyValue[]): boolean =>
  attributes.some((attribute) => {
    const bytes = keyValueBytes(attribute)
    return patterns.some((pattern) => pattern.equals(bytes))
  })

function operationsOf(database: DatabaseSync, filter: SpanFilter): ReadonlySet<number> | undefined {
  const { service, operation, kind } = filter
  if (service === undefined && operation === undefined && kind === undefined) return undefined
  const rows = database
    .prepare(
      `SELECT id FROM operation
       WHERE (:service IS NULL OR service = :service) AND (:operation IS NULL OR name = :operation)
         AND (:kind IS NULL OR kind = :kind)`,
    )
    .all({
      service: service ?? null,
      operation: operation ?? null,
      kind: kind ?? null,
    })
  return new Set(rows.map(({ id }) => id as number))
}

function resourcesOf(database: DatabaseSync, conditions: readonly AttributeCondition[]): ReadonlySet<number> {
  const patterns = conditions.map(alternatives)
  const found = new Set<number>()
  for (const { id, body } of database.prepare('SELECT id, body FROM resource').iterate()) {
    const bytes = Buffer.from(
      (body as Uint8Array).buffer,
      (body as Uint8Array).byteOffset,
      (body as Uint8Array).byteLength,
    )
    if (!patterns.every((alternative) => alternative.some((pattern) => bytes.includes(pattern)))) continue
    const { resource } = decodeResource(bytes)
    if (patterns.every((alternative) => holdsOneOf(alternative, resource.attributes))) found.add(id as number)
  }
  return found
}

function targetsOf(
  database: DatabaseSync,
  { traceId, spanId }: NonNullable<SpanFilter['linkedFrom']>,
): ReadonlyMap<number, ReadonlySet<bigint>> {
  const statement = database.prepare(
    `SELECT target_trace, target_span FROM link
     WHERE source_trace = :trace AND (:span IS NULL OR source_span = :span)`,
  )
  statement.setReadBigInts(true)
  const targets = new Map<number, Set<bigint>>()
  const source = {
    trace: traceNumber(database, traceId),
    span: spanId === undefined ? null : spanIdToInteger(spanId),
  }
  for (const { target_trace, target_span } of statement.iterate(source)) {
    const trace = Number(target_trace)
    const spans = targets.get(trace) ?? new Set()
    targets.set(trace, spans.add(target_span as bigint))
  }
  return targets
}

/** Numbers begin at 1. */
const unknownTrace = 0

const traceNumber = (database: DatabaseSync, traceId: string): number => {
  const row = database.prepare('SELECT id FROM trace WHERE trace_id = ?').get(Buffer.from(traceId, 'hex'))
  return (row?.id as number | undefined) ?? unknownTrace
}
