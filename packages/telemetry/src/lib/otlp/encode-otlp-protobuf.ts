import type { HrTime, Link } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { GroupedSpans, ScopedSpans } from './group-spans.ts'
import { type KnownAttribute, KnownAttributes } from './known-attributes.ts'
import { createOtlpEncoder, type OtlpEncoder } from './otlp-encoder.ts'
import { lengthBytes, ProtobufBytes } from './protobuf-bytes.ts'
import type { ScopeWithAttributes } from './scope-with-attributes.ts'
import { spanFlags } from './span-flags.ts'

/**
 * Encodes spans as OTLP protobuf (opentelemetry-proto 1.9: trace.proto, common.proto, resource.proto), with fields in the
 * order of their numbers, what has its default value left out, and each length in as few bytes as can be.
 */
export const encodeOtlpProtobuf: OtlpEncoder = createOtlpEncoder({
  makeBytes: () => new ProtobufBytes(),
  write,
})

/** Wire types: an integer of as many bytes as it needs, eight bytes, a length and so many bytes, four bytes. */
const VARINT = 0
const FIXED64 = 1
const SIZED = 2
const FIXED32 = 5

/** Tags have the names of their fields, behind those of their messages. */
const REQUEST_RESOURCE_SPANS = (1 << 3) | SIZED
const RESOURCE_SPANS_RESOURCE = (1 << 3) | SIZED
const RESOURCE_SPANS_SCOPE_SPANS = (2 << 3) | SIZED
const RESOURCE_SPANS_SCHEMA_URL = (3 << 3) | SIZED
const RESOURCE_ATTRIBUTES = (1 << 3) | SIZED
const SCOPE_SPANS_SCOPE = (1 << 3) | SIZED
const SCOPE_SPANS_SPANS = (2 << 3) | SIZED
const SCOPE_SPANS_SCHEMA_URL = (3 << 3) | SIZED
const SCOPE_NAME = (1 << 3) | SIZED
const SCOPE_VERSION = (2 << 3) | SIZED
const SCOPE_ATTRIBUTES = (3 << 3) | SIZED
const SCOPE_DROPPED_ATTRIBUTES = (4 << 3) | VARINT

/** Above this many spans they are expected to take more than the 16,383 bytes that two bytes can tell. */
const MANY_SPANS = 64

function* write(out: ProtobufBytes, resources: GroupedSpans): Generator<void, void> {
  for (const [resource, groups] of resources) {
    let spans = 0
    for (const group of groups) spans += group.spans.length
    const expected = spans > MANY_SPANS ? 3 : 2
    out.byte(REQUEST_RESOURCE_SPANS)
    const start = out.open(expected)
    yield* writeResourceSpans(out, resource, groups)
    out.close(start, expected)
  }
}

function* writeResourceSpans(
  out: ProtobufBytes,
  { attributes, schemaUrl }: Resource,
  groups: readonly ScopedSpans[],
): Generator<void, void> {
  out.byte(RESOURCE_SPANS_RESOURCE)
  const resource = out.open(2)
  writeAttributes(out, RESOURCE_ATTRIBUTES, attributes)
  out.close(resource, 2)
  for (const group of groups) {
    out.byte(RESOURCE_SPANS_SCOPE_SPANS)
    const start = out.open(2)
    writeScopeSpans(out, group)
    out.close(start, 2)
    yield
  }
  writeText(out, RESOURCE_SPANS_SCHEMA_URL, schemaUrl)
}

function writeScopeSpans(out: ProtobufBytes, { scope, spans }: ScopedSpans): void {
  out.byte(SCOPE_SPANS_SCOPE)
  const start = out.open(1)
  writeScope(out, scope)
  out.close(start, 1)
  for (const span of spans) writeSpan(out, span)
  writeText(out, SCOPE_SPANS_SCHEMA_URL, scope.schemaUrl)
}

function writeScope(
  out: ProtobufBytes,
  { name, version, attributes, droppedAttributesCount }: ScopeWithAttributes,
): void {
  writeText(out, SCOPE_NAME, name)
  writeText(out, SCOPE_VERSION, version)
  writeAttributes(out, SCOPE_ATTRIBUTES, attributes)
  writeCount(out, SCOPE_DROPPED_ATTRIBUTES, droppedAttributesCount)
}

const SPAN_TRACE_ID = (1 << 3) | SIZED
const SPAN_SPAN_ID = (2 << 3) | SIZED
const SPAN_TRACE_STATE = (3 << 3) | SIZED
const SPAN_PARENT_SPAN_ID = (4 << 3) | SIZED
const SPAN_NAME = (5 << 3) | SIZED
const SPAN_KIND = (6 << 3) | VARINT
const SPAN_START_TIME = (7 << 3) | FIXED64
const SPAN_END_TIME = (8 << 3) | FIXED64
const SPAN_ATTRIBUTES = (9 << 3) | SIZED
const SPAN_DROPPED_ATTRIBUTES = (10 << 3) | VARINT
const SPAN_EVENTS = (11 << 3) | SIZED
const SPAN_DROPPED_EVENTS = (12 << 3) | VARINT
const SPAN_LINKS = (13 << 3) | SIZED
const SPAN_DROPPED_LINKS = (14 << 3) | VARINT
const SPAN_STATUS = (15 << 3) | SIZED
/** The first that takes two bytes. */
const SPAN_FLAGS = (16 << 3) | FIXED32

function writeSpan(out: ProtobufBytes, span: ReadableSpan): void {
  const { parentSpanContext: parent, kind, status } = span
  const context = span.spanContext()
  out.byte(SCOPE_SPANS_SPANS)
  const start = out.open(2)
  out.byte(SPAN_TRACE_ID)
  out.hex(context.traceId)
  out.byte(SPAN_SPAN_ID)
  out.hex(context.spanId)
  writeText(out, SPAN_TRACE_STATE, context.traceState?.serialize())
  if (parent?.spanId) {
    out.byte(SPAN_PARENT_SPAN_ID)
    out.hex(parent.spanId)
  }
  writeText(out, SPAN_NAME, span.name)
  // OTLP has "unspecified" before those of the API.
  if (kind != null) writeCount(out, SPAN_KIND, kind + 1)
  out.byte(SPAN_START_TIME)
  writeTime(out, span.startTime)
  out.byte(SPAN_END_TIME)
  writeTime(out, span.endTime)
  writeAttributes(out, SPAN_ATTRIBUTES, span.attributes)
  writeCount(out, SPAN_DROPPED_ATTRIBUTES, span.droppedAttributesCount)
  for (const event of span.events) writeEvent(out, event)
  writeCount(out, SPAN_DROPPED_EVENTS, span.droppedEventsCount)
  for (const link of span.links) writeLink(out, link)
  writeCount(out, SPAN_DROPPED_LINKS, span.droppedLinksCount)
  if (status.code !== 0 || status.message) writeStatus(out, status)
  out.wideTag(SPAN_FLAGS)
  out.fixed32(spanFlags(context, parent))
  out.close(start, 2)
}

const STATUS_MESSAGE = (2 << 3) | SIZED
const STATUS_CODE = (3 << 3) | VARINT

function writeStatus(out: ProtobufBytes, { code, message }: ReadableSpan['status']): void {
  out.byte(SPAN_STATUS)
  const start = out.open(1)
  writeText(out, STATUS_MESSAGE, message)
  writeCount(out, STATUS_CODE, code)
  out.close(start, 1)
}

const EVENT_TIME = (1 << 3) | FIXED64
const EVENT_NAME = (2 << 3) | SIZED
const EVENT_ATTRIBUTES = (3 << 3) | SIZED
const EVENT_DROPPED_ATTRIBUTES = (4 << 3) | VARINT

function writeEvent(out: ProtobufBytes, event: ReadableSpan['events'][number]): void {
  out.byte(SPAN_EVENTS)
  const start = out.open(1)
  out.byte(EVENT_TIME)
  writeTime(out, event.time)
  writeText(out, EVENT_NAME, event.name)
  writeAttributes(out, EVENT_ATTRIBUTES, event.attributes)
  writeCount(out, EVENT_DROPPED_ATTRIBUTES, event.droppedAttributesCount)
  out.close(start, 1)
}

const LINK_TRACE_ID = (1 << 3) | SIZED
const LINK_SPAN_ID = (2 << 3) | SIZED
const LINK_TRACE_STATE = (3 << 3) | SIZED
const LINK_ATTRIBUTES = (4 << 3) | SIZED
const LINK_DROPPED_ATTRIBUTES = (5 << 3) | VARINT
const LINK_FLAGS = (6 << 3) | FIXED32

function writeLink(out: ProtobufBytes, { attributes, context, droppedAttributesCount }: Link): void {
  out.byte(SPAN_LINKS)
  const start = out.open(1)
  out.byte(LINK_TRACE_ID)
  out.hex(context.traceId)
  out.byte(LINK_SPAN_ID)
  out.hex(context.spanId)
  writeText(out, LINK_TRACE_STATE, context.traceState?.serialize())
  writeAttributes(out, LINK_ATTRIBUTES, attributes)
  writeCount(out, LINK_DROPPED_ATTRIBUTES, droppedAttributesCount)
  out.byte(LINK_FLAGS)
  out.fixed32(spanFlags(context, context))
  out.close(start, 1)
}

/** Values of attributes: those that OTLP has no type for are written as not set. */
type Values = Readonly<Record<string, unknown>>

const KEY_VALUE_KEY = (1 << 3) | SIZED
const KEY_VALUE_VALUE = (2 << 3) | SIZED

const known = new KnownAttributes((key) => {
  const bytes = new ProtobufBytes()
  bytes.byte(KEY_VALUE_KEY)
  bytes.text(key)
  bytes.byte(KEY_VALUE_VALUE)
  return bytes.since(0)
})

const hasOwn = Object.prototype.hasOwnProperty

function writeAttributes(out: ProtobufBytes, tag: number, attributes: Values | undefined): void {
  // The engine reads values in such a loop by their place, and tests in this form cost nothing there: `Object.hasOwn` does.
  for (const key in attributes) {
    if (!hasOwn.call(attributes, key)) continue
    writeAttribute(out, tag, known.get(key), attributes[key])
  }
}

/** Writes a `KeyValue`. */
function writeAttribute(out: ProtobufBytes, tag: number, attribute: KnownAttribute, value: unknown): void {
  const whole = attribute.find(value)
  if (whole !== undefined) {
    out.tagged(tag, whole)
    return
  }
  out.byte(tag)
  const from = out.length
  const { before } = attribute
  const ofValue = expectedLengthBytes(value)
  const ofAll = typeof value === 'string' ? lengthBytes(before.length + value.length + 2 * ofValue + 1) : 1
  const start = out.open(ofAll)
  out.raw(before)
  writeSizedValue(out, value, ofValue)
  out.close(start, ofAll)
  attribute.note(value, out, from)
}

/** What the length of a value takes that is written as far as one can see from here. */
function expectedLengthBytes(value: unknown): number {
  return typeof value === 'string' ? lengthBytes(value.length + 2) : 1
}

function writeSizedValue(out: ProtobufBytes, value: unknown, expected: number): void {
  const start = out.open(expected)
  writeValue(out, value)
  out.close(start, expected)
}

const ANY_VALUE_STRING = (1 << 3) | SIZED
const ANY_VALUE_BOOL = (2 << 3) | VARINT
const ANY_VALUE_INT = (3 << 3) | VARINT
const ANY_VALUE_DOUBLE = (4 << 3) | FIXED64
const ANY_VALUE_ARRAY = (5 << 3) | SIZED
const ANY_VALUE_KEY_VALUE_LIST = (6 << 3) | SIZED
const ANY_VALUE_BYTES = (7 << 3) | SIZED
/** Of lists as of those of keys and values. */
const VALUES = (1 << 3) | SIZED

/** Writes the one field of an `AnyValue`, also where it is a default: that tells its type. */
function writeValue(out: ProtobufBytes, value: unknown): void {
  if (typeof value === 'string') {
    out.byte(ANY_VALUE_STRING)
    out.text(value)
  } else if (typeof value === 'number') writeNumber(out, value)
  else if (typeof value === 'boolean') {
    out.byte(ANY_VALUE_BOOL)
    out.byte(value ? 1 : 0)
  } else if (value instanceof Uint8Array) {
    out.byte(ANY_VALUE_BYTES)
    out.lengthAndBytes(value)
  } else if (Array.isArray(value)) {
    out.byte(ANY_VALUE_ARRAY)
    const start = out.open(1)
    // By position: a hole has a place, too.
    for (let index = 0; index < value.length; index++) {
      out.byte(VALUES)
      writeSizedValue(out, value[index], expectedLengthBytes(value[index]))
    }
    out.close(start, 1)
  } else if (typeof value === 'object' && value !== null) {
    out.byte(ANY_VALUE_KEY_VALUE_LIST)
    const start = out.open(1)
    writeAttributes(out, VALUES, value as Values)
    out.close(start, 1)
  }
}

const TWO_TO_63 = 2 ** 63

function writeNumber(out: ProtobufBytes, value: number): void {
  if (Number.isInteger(value) && value >= -TWO_TO_63 && value < TWO_TO_63) {
    out.byte(ANY_VALUE_INT)
    out.int64(value)
  } else {
    out.byte(ANY_VALUE_DOUBLE)
    out.double(value)
  }
}

const NANOS_PER_SECOND = 1_000_000_000
const TWO_TO_16 = 2 ** 16
const TWO_TO_32 = 2 ** 32
/** What 64 bits of nanoseconds have room for: until the year 2554. */
const MAX_SECONDS = 18_446_744_072

/** The last second that was written, in nanoseconds: most times lie in the same few. */
let lastSecond = Number.NaN
/** Its 32 upper bits, and what is left without them, which may be more than 32 bits. */
let lastHigh = 0
let lastRest = 0

function writeTime(out: ProtobufBytes, time: HrTime): void {
  // An iterator would cost more than the rest.
  const seconds = time[0]
  const nanos = time[1]
  const isUsual = nanos >= 0 && nanos < NANOS_PER_SECOND && Number.isInteger(nanos)
  if (isUsual && seconds >= 0 && seconds <= MAX_SECONDS && Number.isInteger(seconds)) {
    if (seconds !== lastSecond) noteSecond(seconds)
    const rest = lastRest + nanos
    const carried = Math.floor(rest / TWO_TO_32)
    out.fixed64(rest - carried * TWO_TO_32, lastHigh + carried)
  } else {
    const total = BigInt(Math.trunc(seconds)) * BigInt(NANOS_PER_SECOND) + BigInt(Math.trunc(nanos))
    const bits = BigInt.asUintN(64, total)
    out.fixed64(Number(bits & 0xffff_ffffn), Number(bits >> 32n))
  }
}

/** In parts that doubles hold exactly. */
function noteSecond(seconds: number): void {
  const upper = Math.floor(seconds / TWO_TO_16)
  const lowerNanos = (seconds - upper * TWO_TO_16) * NANOS_PER_SECOND
  const upperNanos = upper * NANOS_PER_SECOND
  lastHigh = Math.floor(upperNanos / TWO_TO_16)
  lastRest = (upperNanos - lastHigh * TWO_TO_16) * TWO_TO_16 + lowerNanos
  lastSecond = seconds
}

/** Counts and enums, negative ones of a later version too, as protobuf has them. */
function writeCount(out: ProtobufBytes, tag: number, count = 0): void {
  if (count === 0) return
  out.byte(tag)
  out.int64(count)
}

function writeText(out: ProtobufBytes, tag: number, text: string | undefined): void {
  if (!text) return
  out.byte(tag)
  out.text(text)
}
