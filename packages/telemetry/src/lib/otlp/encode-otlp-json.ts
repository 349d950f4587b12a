import { setImmediate } from 'node:timers/promises'
import type { HrTime, Link, SpanContext } from '@opentelemetry/api'
import type { InstrumentationScope } from '@opentelemetry/core'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { JsonBytes } from './json-bytes.ts'

/** Where the batch goes that is being written at this moment: others may be half done. */
let out = new JsonBytes()
/** One that no batch is written into. */
let idle: JsonBytes | undefined = out

/** Spans between two looks at the clock. */
const SPANS_AT_ONCE = 8
/** The event loop is held for this long, in milliseconds, and by one look at the clock longer. */
const SLICE = 1

/**
 * Encodes spans as an OTLP request in JSON (`ExportTraceServiceRequest`; OTLP 1.9, "JSON Protobuf Encoding"): the fields of
 * the stock serializer, in its order of resources and scopes, written as bytes at once.
 *
 * What that one writes and receivers refuse is written so that they take it: numbers that are none (`"NaN"`), integers
 * beyond 64 bits (as doubles), and halves of surrogate pairs (U+FFFD, as in protobuf).
 *
 * @throws {RangeError} for a time that is no number.
 */
export function encodeOtlpJson(spans: readonly ReadableSpan[]): Uint8Array {
  const writing = write(spans)
  for (;;) {
    const { done, value } = writing.next()
    if (done) return value
  }
}

/**
 * The same, with the event loop free after each millisecond.
 *
 * @throws {RangeError} for a time that is no number.
 */
export async function encodeOtlpJsonInSlices(spans: readonly ReadableSpan[]): Promise<Uint8Array> {
  const writing = write(spans)
  for (let until = performance.now() + SLICE; ; ) {
    const { done, value } = writing.next()
    if (done) return value
    if (performance.now() < until) continue
    await setImmediate()
    until = performance.now() + SLICE
  }
}

/** Has the memory of an encoded request used again. Nobody may read it from now on. */
export function recycleOtlpJson(request: Uint8Array): void {
  idle?.giveBack(request)
}

/** Writes a request, and pauses between spans. */
function* write(spans: readonly ReadableSpan[]): Generator<void, Uint8Array> {
  const bytes = idle ?? new JsonBytes()
  idle = undefined
  try {
    out = bytes
    out.clear()
    out.raw(REQUEST)
    let isFirst = true
    for (const [resource, scopes] of byResourceAndScope(spans)) {
      if (!isFirst) out.character(COMMA)
      isFirst = false
      for (const _ of writeResourceSpans(resource, scopes)) {
        yield
        out = bytes
      }
    }
    out.raw(END_OF_LIST_AND_OBJECT)
    return out.take()
  } finally {
    idle = bytes
  }
}

type SpansByScope = Map<string, ReadableSpan[]>

function byResourceAndScope(spans: readonly ReadableSpan[]): Map<Resource, SpansByScope> {
  const resources = new Map<Resource, SpansByScope>()
  for (const span of spans) {
    const { resource, instrumentationScope } = span
    const scopes = resources.get(resource) ?? new Map<string, ReadableSpan[]>()
    if (scopes.size === 0) resources.set(resource, scopes)
    const key = scopeKey(instrumentationScope)
    const found = scopes.get(key)
    if (found === undefined) scopes.set(key, [span])
    else found.push(span)
  }
  return resources
}

const scopeKeys = new WeakMap<InstrumentationScope, string>()

/** Scopes of one name, version and schema are one, whoever asked for their tracers. */
function scopeKey(scope: InstrumentationScope): string {
  const known = scopeKeys.get(scope)
  if (known !== undefined) return known
  const key = `${scope.name}@${scope.version || ''}:${scope.schemaUrl || ''}`
  scopeKeys.set(scope, key)
  return key
}

const COMMA = 0x2c
const END_OF_OBJECT = 0x7d
const REQUEST = Buffer.from('{"resourceSpans":[')
const RESOURCE = Buffer.from('{"resource":')
const SCOPE_SPANS = Buffer.from(',"scopeSpans":[')
const SCOPE = Buffer.from('{"scope":')
const SPANS = Buffer.from(',"spans":[')
const SCHEMA_URL = Buffer.from(',"schemaUrl":')
const END_OF_LIST = Buffer.from(']')
const END_OF_LIST_AND_OBJECT = Buffer.from(']}')

function* writeResourceSpans(resource: Resource, scopes: SpansByScope): Generator<void, void> {
  const schemaUrl = resource.schemaUrl || undefined
  out.raw(RESOURCE)
  writeResource(resource, schemaUrl)
  out.raw(SCOPE_SPANS)
  let isFirst = true
  for (const spans of scopes.values()) {
    if (!isFirst) out.character(COMMA)
    isFirst = false
    yield* writeScopeSpans(spans)
  }
  out.raw(END_OF_LIST)
  writeOptional(SCHEMA_URL, schemaUrl)
  out.character(END_OF_OBJECT)
}

const ATTRIBUTES_FIRST = Buffer.from('{"attributes":[')
const NONE_DROPPED = Buffer.from('],"droppedAttributesCount":0')

function writeResource({ attributes }: Resource, schemaUrl: string | undefined): void {
  out.raw(ATTRIBUTES_FIRST)
  writeAttributes(attributes)
  out.raw(NONE_DROPPED)
  writeOptional(SCHEMA_URL, schemaUrl)
  out.character(END_OF_OBJECT)
}

function* writeScopeSpans(spans: readonly ReadableSpan[]): Generator<void, void> {
  const [first] = spans
  if (first === undefined) return
  const { instrumentationScope: scope } = first
  out.raw(SCOPE)
  writeScope(scope)
  out.raw(SPANS)
  for (const [index, span] of spans.entries()) {
    if (index > 0) out.character(COMMA)
    writeSpan(span)
    if (index % SPANS_AT_ONCE === 0) yield
  }
  out.raw(END_OF_LIST)
  writeOptional(SCHEMA_URL, scope.schemaUrl)
  out.character(END_OF_OBJECT)
}

/** What attributes may have besides, missing from the type of scopes only. */
interface ScopeWithAttributes extends InstrumentationScope {
  readonly attributes?: Values
  readonly droppedAttributesCount?: number
}

const NAME_FIRST = Buffer.from('{"name":')
const VERSION = Buffer.from(',"version":')
const ATTRIBUTES = Buffer.from(',"attributes":[')
const DROPPED_ATTRIBUTES = Buffer.from('],"droppedAttributesCount":')

function writeScope({ name, version, attributes, droppedAttributesCount }: ScopeWithAttributes): void {
  out.raw(NAME_FIRST)
  out.string(name)
  writeOptional(VERSION, version)
  if (attributes !== undefined && Object.keys(attributes).length > 0) {
    out.raw(ATTRIBUTES)
    writeAttributes(attributes)
    out.raw(DROPPED_ATTRIBUTES)
    writeCount(droppedAttributesCount)
  }
  out.character(END_OF_OBJECT)
}

const TRACE_ID_FIRST = Buffer.from('{"traceId":')
const TRACE_ID = Buffer.from(',"traceId":')
const SPAN_ID = Buffer.from(',"spanId":')
const PARENT_SPAN_ID = Buffer.from(',"parentSpanId":')
const TRACE_STATE = Buffer.from(',"traceState":')
const NAME = Buffer.from(',"name":')
const KIND = Buffer.from(',"kind":')
const START_TIME = Buffer.from(',"startTimeUnixNano":"')
const END_TIME = Buffer.from('","endTimeUnixNano":"')
const ATTRIBUTES_AFTER_TIME = Buffer.from('","attributes":[')
const EVENTS = Buffer.from(',"events":[')
const DROPPED_EVENTS = Buffer.from('],"droppedEventsCount":')
const STATUS = Buffer.from(',"status":{"code":')
const MESSAGE = Buffer.from(',"message":')
const LINKS = Buffer.from('},"links":[')
const DROPPED_LINKS = Buffer.from('],"droppedLinksCount":')
const FLAGS = Buffer.from(',"flags":')

function writeSpan(span: ReadableSpan): void {
  const { status, parentSpanContext: parent } = span
  const context = span.spanContext()
  out.raw(TRACE_ID_FIRST)
  out.string(context.traceId)
  out.raw(SPAN_ID)
  out.string(context.spanId)
  writeOptional(PARENT_SPAN_ID, parent?.spanId || undefined)
  writeOptional(TRACE_STATE, context.traceState?.serialize())
  out.raw(NAME)
  out.string(span.name)
  out.raw(KIND)
  // OTLP has "unspecified" before those of the API.
  writeCount(span.kind == null ? 0 : span.kind + 1)
  out.raw(START_TIME)
  writeTime(span.startTime)
  out.raw(END_TIME)
  writeTime(span.endTime)
  out.raw(ATTRIBUTES_AFTER_TIME)
  writeAttributes(span.attributes)
  out.raw(DROPPED_ATTRIBUTES)
  writeCount(span.droppedAttributesCount)
  out.raw(EVENTS)
  writeEvents(span.events)
  out.raw(DROPPED_EVENTS)
  writeCount(span.droppedEventsCount)
  out.raw(STATUS)
  writeCount(status.code)
  writeOptional(MESSAGE, status.message)
  out.raw(LINKS)
  writeLinks(span.links)
  out.raw(DROPPED_LINKS)
  writeCount(span.droppedLinksCount)
  writeFlags(context, parent)
  out.character(END_OF_OBJECT)
}

const NAME_AFTER_LIST = Buffer.from('],"name":')
const TIME = Buffer.from(',"timeUnixNano":"')
const DROPPED_AFTER_TIME = Buffer.from('","droppedAttributesCount":')

function writeEvents(events: ReadableSpan['events']): void {
  let isFirst = true
  for (const { attributes, name, time, droppedAttributesCount } of events) {
    if (!isFirst) out.character(COMMA)
    isFirst = false
    out.raw(ATTRIBUTES_FIRST)
    writeAttributes(attributes)
    out.raw(NAME_AFTER_LIST)
    out.string(name)
    out.raw(TIME)
    writeTime(time)
    out.raw(DROPPED_AFTER_TIME)
    writeCount(droppedAttributesCount)
    out.character(END_OF_OBJECT)
  }
}

function writeLinks(links: readonly Link[]): void {
  let isFirst = true
  for (const { attributes, context, droppedAttributesCount } of links) {
    if (!isFirst) out.character(COMMA)
    isFirst = false
    out.raw(ATTRIBUTES_FIRST)
    writeAttributes(attributes)
    out.raw(DROPPED_ATTRIBUTES)
    writeCount(droppedAttributesCount)
    out.raw(TRACE_ID)
    out.string(context.traceId)
    out.raw(SPAN_ID)
    out.string(context.spanId)
    writeOptional(TRACE_STATE, context.traceState?.serialize())
    writeFlags(context, context)
    out.character(END_OF_OBJECT)
  }
}

/** Bits of a span's and a link's flags (trace.proto, `SpanFlags`): it is known whether a context is remote, and it is. */
const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200

function writeFlags({ traceFlags }: SpanContext, origin: SpanContext | undefined): void {
  out.raw(FLAGS)
  writeCount((traceFlags & 0xff) | HAS_IS_REMOTE | (origin?.isRemote ? IS_REMOTE : 0))
}

/** Values of attributes: those that OTLP has no type for are written as not set. */
type Values = Readonly<Record<string, unknown>>

/** How an attribute is written that was met before. */
interface KnownKey {
  readonly before: Uint8Array
  /** Its last value, where that is short. */
  value: unknown
  /** The attribute with this value, once it came a second time in a row: most are the same from span to span. */
  whole: Uint8Array | undefined
}

const knownKeys = new Map<string, KnownKey>()
/** Attributes have few names that come again. Where they are made up, all are forgotten at this many. */
const MAX_KEYS = 1024
/** What is longer, in characters, is not kept. */
const MAX_KEPT = 128

function knownKey(key: string): KnownKey {
  const known = knownKeys.get(key)
  if (known !== undefined) return known
  const before = Buffer.from(`{"key":${JSON.stringify(key.toWellFormed())},"value":`)
  const added: KnownKey = { before, value: undefined, whole: undefined }
  if (key.length > MAX_KEPT) return added
  if (knownKeys.size >= MAX_KEYS) knownKeys.clear()
  knownKeys.set(key, added)
  return added
}

function writeAttributes(attributes: Values | undefined): void {
  if (attributes === undefined) return
  let isFirst = true
  for (const key of Object.keys(attributes)) {
    if (!isFirst) out.character(COMMA)
    isFirst = false
    writeAttribute(knownKey(key), attributes[key])
  }
}

function writeAttribute(known: KnownKey, value: unknown): void {
  const isSame = value !== undefined && value === known.value
  if (isSame && known.whole !== undefined) {
    out.raw(known.whole)
    return
  }
  const from = out.length
  out.raw(known.before)
  writeValue(value)
  out.character(END_OF_OBJECT)
  if (isSame) {
    known.whole = out.since(from)
  } else {
    known.value = isKept(value) ? value : undefined
    known.whole = undefined
  }
}

/** Lists and objects may be others by the next time, although they are the same. */
function isKept(value: unknown): boolean {
  return typeof value === 'string' ? value.length <= MAX_KEPT : typeof value !== 'object'
}

const STRING = Buffer.from('{"stringValue":')
const TRUE = Buffer.from('{"boolValue":true}')
const FALSE = Buffer.from('{"boolValue":false}')
const NOT_SET = Buffer.from('{}')
const BYTES = Buffer.from('{"bytesValue":"')
const END_OF_BYTES = Buffer.from('"}')
const ARRAY = Buffer.from('{"arrayValue":{"values":[')
const KEY_VALUE_LIST = Buffer.from('{"kvlistValue":{"values":[')
const END_OF_VALUES = Buffer.from(']}}')

function writeValue(value: unknown): void {
  if (typeof value === 'string') {
    out.raw(STRING)
    out.string(value)
    out.character(END_OF_OBJECT)
  } else if (typeof value === 'number') writeNumber(value)
  else if (typeof value === 'boolean') out.raw(value ? TRUE : FALSE)
  else if (value instanceof Uint8Array) {
    out.raw(BYTES)
    out.ascii(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'))
    out.raw(END_OF_BYTES)
  } else if (Array.isArray(value)) {
    out.raw(ARRAY)
    // By position: a hole has a place, too.
    for (let index = 0; index < value.length; index++) {
      if (index > 0) out.character(COMMA)
      writeValue(value[index])
    }
    out.raw(END_OF_VALUES)
  } else if (typeof value === 'object' && value !== null) {
    out.raw(KEY_VALUE_LIST)
    writeAttributes(value as Values)
    out.raw(END_OF_VALUES)
  } else out.raw(NOT_SET)
}

const INT = Buffer.from('{"intValue":')
const DOUBLE = Buffer.from('{"doubleValue":')
const TWO_TO_63 = 2 ** 63

function writeNumber(value: number): void {
  if (Number.isSafeInteger(value)) {
    out.raw(INT)
    out.ascii(String(value))
  } else if (Number.isInteger(value) && value >= -TWO_TO_63 && value < TWO_TO_63) {
    // All digits: 2 ** 60 is 1152921504606846976, and not the 1152921504606847000 that is its shortest text.
    out.raw(INT)
    out.ascii(String(BigInt(value)))
  } else {
    out.raw(DOUBLE)
    if (Number.isFinite(value)) out.ascii(String(value))
    else out.string(String(value))
  }
  out.character(END_OF_OBJECT)
}

const NANOS_PER_SECOND = 1_000_000_000

function writeTime([seconds, nanos]: HrTime): void {
  const isUsual = seconds >= 1 && Number.isSafeInteger(seconds) && nanos >= 0 && nanos < NANOS_PER_SECOND
  if (isUsual && Number.isInteger(nanos)) {
    out.ascii(String(seconds))
    out.nineDigits(nanos)
  } else {
    const nanosSinceEpoch = BigInt(Math.trunc(seconds)) * BigInt(NANOS_PER_SECOND) + BigInt(Math.trunc(nanos))
    out.ascii(String(nanosSinceEpoch))
  }
}

const ZERO = 0x30

/** Small numbers: counts, enums, flags. */
function writeCount(count = 0): void {
  if (count >= 0 && count < 10 && Number.isInteger(count)) out.character(ZERO + count)
  else out.ascii(String(count))
}

function writeOptional(before: Uint8Array, text: string | undefined): void {
  if (text === undefined) return
  out.raw(before)
  out.string(text)
}
