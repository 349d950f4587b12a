import type { HrTime, Link } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { GroupedSpans, ScopedSpans } from './group-spans.ts'
import { JsonBytes } from './json-bytes.ts'
import { type KnownAttribute, KnownAttributes } from './known-attributes.ts'
import { createOtlpEncoder, type OtlpEncoder } from './otlp-encoder.ts'
import type { ScopeWithAttributes } from './scope-with-attributes.ts'
import { spanFlags } from './span-flags.ts'

/**
 * Encodes spans as OTLP JSON (OTLP 1.9, "JSON Protobuf Encoding"): the fields of the stock serializer, in its order of
 * resources and scopes, written as bytes at once.
 *
 * What that one writes and receivers refuse is written so that they take it: numbers that are none (`"NaN"`), integers
 * beyond 64 bits (as doubles), and halves of surrogate pairs (U+FFFD, as in protobuf).
 */
export const encodeOtlpJson: OtlpEncoder = createOtlpEncoder({ makeBytes: () => new JsonBytes(), write })

function* write(out: JsonBytes, resources: GroupedSpans): Generator<void, void> {
  out.raw(REQUEST)
  let isFirst = true
  for (const [resource, groups] of resources) {
    if (!isFirst) out.character(COMMA)
    isFirst = false
    yield* writeResourceSpans(out, resource, groups)
  }
  out.raw(END_OF_LIST_AND_OBJECT)
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

function* writeResourceSpans(
  out: JsonBytes,
  resource: Resource,
  groups: readonly ScopedSpans[],
): Generator<void, void> {
  const schemaUrl = resource.schemaUrl || undefined
  out.raw(RESOURCE)
  writeResource(out, resource, schemaUrl)
  out.raw(SCOPE_SPANS)
  let isFirst = true
  for (const group of groups) {
    if (!isFirst) out.character(COMMA)
    isFirst = false
    writeScopeSpans(out, group)
    yield
  }
  out.raw(END_OF_LIST)
  writeOptional(out, SCHEMA_URL, schemaUrl)
  out.character(END_OF_OBJECT)
}

const ATTRIBUTES_FIRST = Buffer.from('{"attributes":[')
const NONE_DROPPED = Buffer.from('],"droppedAttributesCount":0')

function writeResource(out: JsonBytes, { attributes }: Resource, schemaUrl: string | undefined): void {
  out.raw(ATTRIBUTES_FIRST)
  writeAttributes(out, attributes)
  out.raw(NONE_DROPPED)
  writeOptional(out, SCHEMA_URL, schemaUrl)
  out.character(END_OF_OBJECT)
}

function writeScopeSpans(out: JsonBytes, { scope, spans }: ScopedSpans): void {
  out.raw(SCOPE)
  writeScope(out, scope)
  out.raw(SPANS)
  let isFirst = true
  for (const span of spans) {
    if (!isFirst) out.character(COMMA)
    isFirst = false
    writeSpan(out, span)
  }
  out.raw(END_OF_LIST)
  writeOptional(out, SCHEMA_URL, scope.schemaUrl)
  out.character(END_OF_OBJECT)
}

const NAME_FIRST = Buffer.from('{"name":')
const VERSION = Buffer.from(',"version":')
const ATTRIBUTES = Buffer.from(',"attributes":[')
const DROPPED_ATTRIBUTES = Buffer.from('],"droppedAttributesCount":')

function writeScope(
  out: JsonBytes,
  { name, version, attributes, droppedAttributesCount }: ScopeWithAttributes,
): void {
  out.raw(NAME_FIRST)
  out.string(name)
  writeOptional(out, VERSION, version)
  if (attributes !== undefined && Object.keys(attributes).length > 0) {
    out.raw(ATTRIBUTES)
    writeAttributes(out, attributes)
    out.raw(DROPPED_ATTRIBUTES)
    writeCount(out, droppedAttributesCount)
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

function writeSpan(out: JsonBytes, span: ReadableSpan): void {
  const { status, parentSpanContext: parent } = span
  const context = span.spanContext()
  out.raw(TRACE_ID_FIRST)
  out.string(context.traceId)
  out.raw(SPAN_ID)
  out.string(context.spanId)
  writeOptional(out, PARENT_SPAN_ID, parent?.spanId || undefined)
  writeOptional(out, TRACE_STATE, context.traceState?.serialize())
  out.raw(NAME)
  out.string(span.name)
  out.raw(KIND)
  // OTLP has "unspecified" before those of the API.
  writeCount(out, span.kind == null ? 0 : span.kind + 1)
  out.raw(START_TIME)
  writeTime(out, span.startTime)
  out.raw(END_TIME)
  writeTime(out, span.endTime)
  out.raw(ATTRIBUTES_AFTER_TIME)
  writeAttributes(out, span.attributes)
  out.raw(DROPPED_ATTRIBUTES)
  writeCount(out, span.droppedAttributesCount)
  out.raw(EVENTS)
  writeEvents(out, span.events)
  out.raw(DROPPED_EVENTS)
  writeCount(out, span.droppedEventsCount)
  out.raw(STATUS)
  writeCount(out, status.code)
  writeOptional(out, MESSAGE, status.message)
  out.raw(LINKS)
  writeLinks(out, span.links)
  out.raw(DROPPED_LINKS)
  writeCount(out, span.droppedLinksCount)
  out.raw(FLAGS)
  writeCount(out, spanFlags(context, parent))
  out.character(END_OF_OBJECT)
}

const NAME_AFTER_LIST = Buffer.from('],"name":')
const TIME = Buffer.from(',"timeUnixNano":"')
const DROPPED_AFTER_TIME = Buffer.from('","droppedAttributesCount":')

function writeEvents(out: JsonBytes, events: ReadableSpan['events']): void {
  let isFirst = true
  for (const { attributes, name, time, droppedAttributesCount } of events) {
    if (!isFirst) out.character(COMMA)
    isFirst = false
    out.raw(ATTRIBUTES_FIRST)
    writeAttributes(out, attributes)
    out.raw(NAME_AFTER_LIST)
    out.string(name)
    out.raw(TIME)
    writeTime(out, time)
    out.raw(DROPPED_AFTER_TIME)
    writeCount(out, droppedAttributesCount)
    out.character(END_OF_OBJECT)
  }
}

function writeLinks(out: JsonBytes, links: readonly Link[]): void {
  let isFirst = true
  for (const { attributes, context, droppedAttributesCount } of links) {
    if (!isFirst) out.character(COMMA)
    isFirst = false
    out.raw(ATTRIBUTES_FIRST)
    writeAttributes(out, attributes)
    out.raw(DROPPED_ATTRIBUTES)
    writeCount(out, droppedAttributesCount)
    out.raw(TRACE_ID)
    out.string(context.traceId)
    out.raw(SPAN_ID)
    out.string(context.spanId)
    writeOptional(out, TRACE_STATE, context.traceState?.serialize())
    out.raw(FLAGS)
    writeCount(out, spanFlags(context, context))
    out.character(END_OF_OBJECT)
  }
}

/** Values of attributes: those that OTLP has no type for are written as not set. */
type Values = Readonly<Record<string, unknown>>

const known = new KnownAttributes((key) =>
  Buffer.from(`{"key":${JSON.stringify(key.toWellFormed())},"value":`),
)

const hasOwn = Object.prototype.hasOwnProperty

function writeAttributes(out: JsonBytes, attributes: Values | undefined): void {
  let isFirst = true
  // The engine reads values in such a loop by their place, and tests in this form cost nothing there: `Object.hasOwn` does.
  for (const key in attributes) {
    if (!hasOwn.call(attributes, key)) continue
    if (!isFirst) out.character(COMMA)
    isFirst = false
    writeAttribute(out, known.get(key), attributes[key])
  }
}

function writeAttribute(out: JsonBytes, attribute: KnownAttribute, value: unknown): void {
  const whole = attribute.find(value)
  if (whole !== undefined) {
    out.raw(whole)
    return
  }
  const from = out.length
  out.raw(attribute.before)
  writeValue(out, value)
  out.character(END_OF_OBJECT)
  attribute.note(value, out, from)
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

function writeValue(out: JsonBytes, value: unknown): void {
  if (typeof value === 'string') {
    out.raw(STRING)
    out.string(value)
    out.character(END_OF_OBJECT)
  } else if (typeof value === 'number') writeNumber(out, value)
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
      writeValue(out, value[index])
    }
    out.raw(END_OF_VALUES)
  } else if (typeof value === 'object' && value !== null) {
    out.raw(KEY_VALUE_LIST)
    writeAttributes(out, value as Values)
    out.raw(END_OF_VALUES)
  } else out.raw(NOT_SET)
}

const INT = Buffer.from('{"intValue":')
const DOUBLE = Buffer.from('{"doubleValue":')
const TWO_TO_63 = 2 ** 63

function writeNumber(out: JsonBytes, value: number): void {
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

function writeTime(out: JsonBytes, [seconds, nanos]: HrTime): void {
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
function writeCount(out: JsonBytes, count = 0): void {
  if (count >= 0 && count < 10 && Number.isInteger(count)) out.character(ZERO + count)
  else out.ascii(String(count))
}

function writeOptional(out: JsonBytes, before: Uint8Array, text: string | undefined): void {
  if (text === undefined) return
  out.raw(before)
  out.string(text)
}
