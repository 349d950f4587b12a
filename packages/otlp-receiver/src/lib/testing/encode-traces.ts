import type { Encoding } from '../encoding.ts'
import type { AnyValue, KeyValue } from '../model/any-value.ts'
import type {
  ExportTraceServiceRequest,
  ResourceSpans,
  Span,
  SpanEvent,
  SpanLink,
} from '../model/export-trace-service-request.ts'
import { ProtobufWriter } from '../protobuf/protobuf-writer.ts'

/**
 * Writes a trace export as its bytes on the wire, every field with its value: the way back from `decodeTraces`.
 *
 * Ids must be hex of whole bytes. Values may nest as deep as the stack allows, some thousand levels.
 */
export const encodeTraces = (request: ExportTraceServiceRequest, encoding: Encoding): Uint8Array => {
  if (encoding === 'json') {
    return Buffer.from(JSON.stringify({ resourceSpans: request.resourceSpans.map(jsonOfResourceSpans) }))
  }
  const writer = new ProtobufWriter()
  for (const resourceSpans of request.resourceSpans) {
    writer.message(1, (it) => writeResourceSpans(it, resourceSpans))
  }
  return writer.finish()
}

const jsonOfResourceSpans = ({ resource, scopeSpans, schemaUrl }: ResourceSpans): object => ({
  resource: { ...resource, attributes: resource.attributes.map(jsonOfKeyValue) },
  scopeSpans: scopeSpans.map((scopeSpan) => ({
    scope: { ...scopeSpan.scope, attributes: scopeSpan.scope.attributes.map(jsonOfKeyValue) },
    spans: scopeSpan.spans.map(jsonOfSpan),
    schemaUrl: scopeSpan.schemaUrl,
  })),
  schemaUrl,
})

const jsonOfSpan = (span: Span): object => ({
  ...span,
  startTimeUnixNano: String(span.startTimeUnixNano),
  endTimeUnixNano: String(span.endTimeUnixNano),
  attributes: span.attributes.map(jsonOfKeyValue),
  events: span.events.map((event) => ({
    ...event,
    timeUnixNano: String(event.timeUnixNano),
    attributes: event.attributes.map(jsonOfKeyValue),
  })),
  links: span.links.map(({ hasValidIds, ...link }) => ({
    ...link,
    attributes: link.attributes.map(jsonOfKeyValue),
  })),
})

const jsonOfKeyValue = ({ key, value }: KeyValue): object => ({ key, value: jsonOfValue(value) })

const jsonOfValue = (value: AnyValue): object => {
  switch (value.type) {
    case 'string':
      return { stringValue: value.value }
    case 'bool':
      return { boolValue: value.value }
    case 'int':
      return { intValue: String(value.value) }
    case 'double':
      // NaN and the infinities are strings in protobuf's JSON mapping, and JSON has no -0.
      return {
        doubleValue:
          Number.isFinite(value.value) && !Object.is(value.value, -0)
            ? value.value
            : Object.is(value.value, -0)
              ? '-0'
              : String(value.value),
      }
    case 'bytes':
      return { bytesValue: Buffer.from(value.value).toString('base64') }
    case 'array':
      return { arrayValue: { values: value.value.map(jsonOfValue) } }
    case 'kvlist':
      return { kvlistValue: { values: value.value.map(jsonOfKeyValue) } }
    case 'empty':
      return {}
  }
}

const writeResourceSpans = (
  writer: ProtobufWriter,
  { resource, scopeSpans, schemaUrl }: ResourceSpans,
): void => {
  writer.message(1, (it) => {
    writeAttributes(it, 1, resource.attributes)
    it.varint(2, resource.droppedAttributesCount)
    for (const entityRef of resource.entityRefs) {
      it.message(3, (ref) => {
        ref.string(1, entityRef.schemaUrl).string(2, entityRef.type)
        for (const key of entityRef.idKeys) ref.string(3, key)
        for (const key of entityRef.descriptionKeys) ref.string(4, key)
      })
    }
  })
  for (const { scope, spans, schemaUrl } of scopeSpans) {
    writer.message(2, (it) => {
      it.message(1, (message) => {
        message.string(1, scope.name).string(2, scope.version)
        writeAttributes(message, 3, scope.attributes)
        message.varint(4, scope.droppedAttributesCount)
      })
      for (const span of spans) it.message(2, (message) => writeSpan(message, span))
      it.string(3, schemaUrl)
    })
  }
  writer.string(3, schemaUrl)
}

const writeSpan = (writer: ProtobufWriter, span: Span): void => {
  writer
    .bytes(1, Buffer.from(span.traceId, 'hex'))
    .bytes(2, Buffer.from(span.spanId, 'hex'))
    .string(3, span.traceState)
    .bytes(4, Buffer.from(span.parentSpanId, 'hex'))
    .string(5, span.name)
    .varint(6, span.kind)
    .fixed64(7, span.startTimeUnixNano)
    .fixed64(8, span.endTimeUnixNano)
  writeAttributes(writer, 9, span.attributes)
  writer.varint(10, span.droppedAttributesCount)
  for (const event of span.events) writer.message(11, (it) => writeEvent(it, event))
  writer.varint(12, span.droppedEventsCount)
  for (const link of span.links) writer.message(13, (it) => writeLink(it, link))
  writer.varint(14, span.droppedLinksCount)
  writer.message(15, (it) => it.string(2, span.status.message).varint(3, span.status.code))
  writer.fixed32(16, span.flags)
}

const writeEvent = (writer: ProtobufWriter, event: SpanEvent): void => {
  writer.fixed64(1, event.timeUnixNano).string(2, event.name)
  writeAttributes(writer, 3, event.attributes)
  writer.varint(4, event.droppedAttributesCount)
}

const writeLink = (writer: ProtobufWriter, link: SpanLink): void => {
  writer
    .bytes(1, Buffer.from(link.traceId, 'hex'))
    .bytes(2, Buffer.from(link.spanId, 'hex'))
    .string(3, link.traceState)
  writeAttributes(writer, 4, link.attributes)
  writer.varint(5, link.droppedAttributesCount).fixed32(6, link.flags)
}

const writeAttributes = (writer: ProtobufWriter, field: number, attributes: readonly KeyValue[]): void => {
  for (const attribute of attributes) writer.message(field, (it) => writeKeyValue(it, attribute))
}

const writeKeyValue = (writer: ProtobufWriter, { key, value }: KeyValue): void => {
  writer.string(1, key).message(2, (it) => writeValue(it, value))
}

const writeValue = (writer: ProtobufWriter, value: AnyValue): void => {
  switch (value.type) {
    case 'string':
      writer.string(1, value.value)
      break
    case 'bool':
      writer.varint(2, value.value)
      break
    case 'int':
      writer.varint(3, value.value)
      break
    case 'double':
      writer.double(4, value.value)
      break
    case 'array':
      writer.message(5, (it) => {
        for (const item of value.value) it.message(1, (inner) => writeValue(inner, item))
      })
      break
    case 'kvlist':
      writer.message(6, (it) => writeAttributes(it, 1, value.value))
      break
    case 'bytes':
      writer.bytes(7, value.value)
      break
    case 'empty':
      break
  }
}
