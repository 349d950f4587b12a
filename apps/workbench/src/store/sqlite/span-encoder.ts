import type { AnyValue, KeyValue, Resource, Scope, Span, SpanEvent, SpanLink } from '../../model/span.ts'
import type { ProtobufWriter } from './protobuf-writer.ts'

/** Marks, inside a `bytes` field, an id that was sent as text that is not hex; no UTF-8 holds these bytes. */
const textIdMark = 'ffff'

/** Called with where in the writer's bytes one attribute's key and value stand. */
type OnAttribute = (start: number, end: number) => void

const ignore: OnAttribute = () => {}

/** Appends a span's attribute as {@link writeSpanAttribute} does. */
export type WriteAttribute = (out: ProtobufWriter, attribute: KeyValue) => void

/**
 * Appends a span as field `spans` of a `ScopeSpans` message, so that spans behind each other are such a message.
 *
 * Encodings are canonical: equal attributes have equal bytes, which is what searching relies on.
 */
export function writeSpan(
  out: ProtobufWriter,
  span: Span,
  writeAttribute: WriteAttribute = writeSpanAttribute,
  onLinkAttribute: OnAttribute = ignore,
): void {
  out.uint32(0x12)
  const start = out.beginMessage(2)
  out.uint32(0x0a)
  out.hex(span.traceId)
  out.uint32(0x12)
  out.hex(span.spanId)
  if (span.traceState !== '') writeText(out, 0x1a, span.traceState)
  if (span.parentSpanId !== '') writeId(out, 0x22, span.parentSpanId)
  if (span.name !== '') writeText(out, 0x2a, span.name)
  if (span.kind !== 0) writeInt32(out, 0x30, span.kind)
  if (span.startTimeUnixNano !== 0n) writeFixed64(out, 0x39, span.startTimeUnixNano)
  if (span.endTimeUnixNano !== 0n) writeFixed64(out, 0x41, span.endTimeUnixNano)
  for (const attribute of span.attributes) writeAttribute(out, attribute)
  if (span.droppedAttributesCount !== 0) writeUint32(out, 0x50, span.droppedAttributesCount)
  for (const event of span.events) writeEvent(out, event)
  if (span.droppedEventsCount !== 0) writeUint32(out, 0x60, span.droppedEventsCount)
  for (const link of span.links) writeLink(out, link, onLinkAttribute)
  if (span.droppedLinksCount !== 0) writeUint32(out, 0x70, span.droppedLinksCount)
  if (span.status.code !== 0 || span.status.message !== '') {
    out.uint32(0x7a)
    const status = out.beginMessage(1)
    if (span.status.message !== '') writeText(out, 0x12, span.status.message)
    if (span.status.code !== 0) writeInt32(out, 0x18, span.status.code)
    out.endMessage(status, 1)
  }
  if (span.flags !== 0) writeFixed32(out, 0x85, span.flags)
  out.endMessage(start, 2)
}

/** Appends the content of a `ResourceSpans` message without its spans. */
export function writeResource(out: ProtobufWriter, resource: Resource, schemaUrl: string): void {
  out.uint32(0x0a)
  const start = out.beginMessage(2)
  writeAttributes(out, 0x0a, resource.attributes, ignore)
  if (resource.droppedAttributesCount !== 0) writeUint32(out, 0x10, resource.droppedAttributesCount)
  for (const ref of resource.entityRefs) {
    out.uint32(0x1a)
    const entity = out.beginMessage(1)
    if (ref.schemaUrl !== '') writeText(out, 0x0a, ref.schemaUrl)
    if (ref.type !== '') writeText(out, 0x12, ref.type)
    for (const key of ref.idKeys) writeText(out, 0x1a, key)
    for (const key of ref.descriptionKeys) writeText(out, 0x22, key)
    out.endMessage(entity, 1)
  }
  out.endMessage(start, 2)
  if (schemaUrl !== '') writeText(out, 0x1a, schemaUrl)
}

/** Appends the content of a `ScopeSpans` message without its spans. */
export function writeScope(out: ProtobufWriter, scope: Scope, schemaUrl: string): void {
  out.uint32(0x0a)
  const start = out.beginMessage(1)
  if (scope.name !== '') writeText(out, 0x0a, scope.name)
  if (scope.version !== '') writeText(out, 0x12, scope.version)
  writeAttributes(out, 0x1a, scope.attributes, ignore)
  if (scope.droppedAttributesCount !== 0) writeUint32(out, 0x20, scope.droppedAttributesCount)
  out.endMessage(start, 1)
  if (schemaUrl !== '') writeText(out, 0x1a, schemaUrl)
}

/** Appends one of a span's attributes; comes back with where its key and value begin, which end where the writer then stands. */
export function writeSpanAttribute(out: ProtobufWriter, attribute: KeyValue): number {
  return writeAttribute(out, 0x4a, attribute)
}

/** Appends the content of a `KeyValue` message. */
export function writeKeyValue(out: ProtobufWriter, { key, value }: KeyValue): void {
  if (key !== '') writeText(out, 0x0a, key)
  if (value.type === 'empty') return
  out.uint32(0x12)
  const start = out.beginMessage(1)
  writeValue(out, value)
  out.endMessage(start, 1)
}

function writeAttributes(
  out: ProtobufWriter,
  tag: number,
  attributes: readonly KeyValue[],
  onAttribute: OnAttribute,
): void {
  for (const attribute of attributes) {
    const start = writeAttribute(out, tag, attribute)
    onAttribute(start, out.position)
  }
}

function writeAttribute(out: ProtobufWriter, tag: number, attribute: KeyValue): number {
  out.uint32(tag)
  const start = out.beginMessage(1)
  writeKeyValue(out, attribute)
  const size = out.position - start
  out.endMessage(start, 1)
  return out.position - size
}

function writeValue(out: ProtobufWriter, value: AnyValue): void {
  switch (value.type) {
    case 'string':
      writeText(out, 0x0a, value.value)
      break
    case 'bool':
      out.uint32(0x10)
      out.uint32(value.value ? 1 : 0)
      break
    case 'int':
      out.uint32(0x18)
      out.int64(value.value)
      break
    case 'double':
      out.uint32(0x21)
      out.double(value.value)
      break
    case 'array': {
      out.uint32(0x2a)
      const start = out.beginMessage(1)
      for (const item of value.value) {
        out.uint32(0x0a)
        const element = out.beginMessage(1)
        writeValue(out, item)
        out.endMessage(element, 1)
      }
      out.endMessage(start, 1)
      break
    }
    case 'kvlist': {
      out.uint32(0x32)
      const start = out.beginMessage(1)
      writeAttributes(out, 0x0a, value.value, ignore)
      out.endMessage(start, 1)
      break
    }
    case 'bytes':
      out.uint32(0x3a)
      out.lengthPrefixed(value.value)
      break
    case 'empty':
      break
  }
}

function writeEvent(out: ProtobufWriter, event: SpanEvent): void {
  out.uint32(0x5a)
  const start = out.beginMessage(1)
  if (event.timeUnixNano !== 0n) writeFixed64(out, 0x09, event.timeUnixNano)
  if (event.name !== '') writeText(out, 0x12, event.name)
  writeAttributes(out, 0x1a, event.attributes, ignore)
  if (event.droppedAttributesCount !== 0) writeUint32(out, 0x20, event.droppedAttributesCount)
  out.endMessage(start, 1)
}

function writeLink(out: ProtobufWriter, link: SpanLink, onLinkAttribute: OnAttribute): void {
  out.uint32(0x6a)
  const start = out.beginMessage(1)
  if (link.traceId !== '') writeId(out, 0x0a, link.traceId)
  if (link.spanId !== '') writeId(out, 0x12, link.spanId)
  if (link.traceState !== '') writeText(out, 0x1a, link.traceState)
  writeAttributes(out, 0x22, link.attributes, onLinkAttribute)
  if (link.droppedAttributesCount !== 0) writeUint32(out, 0x28, link.droppedAttributesCount)
  if (link.flags !== 0) writeFixed32(out, 0x35, link.flags)
  out.endMessage(start, 1)
}

/** An id as sent: bytes where it is hex, marked text where it is not. */
function writeId(out: ProtobufWriter, tag: number, id: string): void {
  out.uint32(tag)
  if (!isMarkedText(id) && out.tryHex(id)) return
  const text = Buffer.byteLength(id) + textIdMark.length / 2
  // Marked text must not have the length of a valid id.
  const padding = text === 8 || text === 16 ? 'ff' : ''
  out.hex(textIdMark + Buffer.from(id).toString('hex') + padding)
}

/** Turns what a decoder makes of an id that {@link writeSpan} wrote back into the id as sent. */
export function readId(hex: string): string {
  if (!isMarkedText(hex)) return hex
  const end = hex.endsWith('ff') ? hex.length - 2 : hex.length
  return Buffer.from(hex.slice(textIdMark.length, end), 'hex').toString()
}

const isMarkedText = (hex: string): boolean =>
  hex.length !== 16 && hex.length !== 32 && hex.startsWith(textIdMark)

function writeText(out: ProtobufWriter, tag: number, text: string): void {
  out.uint32(tag)
  out.string(text)
}

function writeUint32(out: ProtobufWriter, tag: number, value: number): void {
  out.uint32(tag)
  out.uint32(value)
}

function writeInt32(out: ProtobufWriter, tag: number, value: number): void {
  out.uint32(tag)
  if (value >= 0) out.uint32(value)
  else out.int64(BigInt(value))
}

function writeFixed64(out: ProtobufWriter, tag: number, value: bigint): void {
  out.uint32(tag)
  out.fixed64(value)
}

function writeFixed32(out: ProtobufWriter, tag: number, value: number): void {
  out.uint32(tag)
  out.fixed32(value)
}
