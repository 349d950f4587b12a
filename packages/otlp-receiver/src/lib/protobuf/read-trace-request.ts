import type { DecodedTraces } from '../decoded-traces.ts'
import type { KeyValue } from '../model/any-value.ts'
import type {
  EntityRef,
  InstrumentationScope,
  Resource,
  ResourceSpans,
  ScopeSpans,
  Span,
  SpanEvent,
  SpanLink,
  SpanStatus,
} from '../model/export-trace-service-request.ts'
import { isSpanId, isTraceId } from '../model/ids.ts'
import type { UnderConstruction } from '../model/under-construction.ts'
import { TraceAssembly } from '../trace-assembly.ts'
import { ProtobufReader } from './protobuf-reader.ts'
import { readKeyValue } from './read-any-value.ts'

/**
 * Decodes the bytes of an `ExportTraceServiceRequest`; throws UndecodableError or TooLargeError.
 *
 * A tag is field number × 8 + wire type, so a known field in a wrong wire type is an unknown field, as in every
 * protobuf implementation. A message field that occurs twice is merged, a scalar's last occurrence wins.
 */
export const readTraceRequest = (bytes: Uint8Array): DecodedTraces => {
  const assembly = new TraceAssembly(false)
  const reader = new ProtobufReader(bytes, assembly.defects)
  const resourceSpans: ResourceSpans[] = []
  const end = reader.length
  let index = 0
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 10) readResourceSpans(reader, reader.end(end), assembly, resourceSpans, index++)
    else reader.skip(tag, end)
  }
  return assembly.finish(resourceSpans)
}

const readResourceSpans = (
  reader: ProtobufReader,
  end: number,
  assembly: TraceAssembly,
  into: ResourceSpans[],
  index: number,
): void => {
  reader.defects.countMessage()
  const resource = { attributes: [], droppedAttributesCount: 0, entityRefs: [] }
  const scopeSpans: ScopeSpans[] = []
  let schemaUrl = ''
  let fault: string | undefined
  let scopeIndex = 0
  while (reader.position < end) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        readResource(reader, reader.end(end), resource)
        fault ??= reader.defects.take()
        break
      case 18:
        readScopeSpans(reader, reader.end(end), assembly, scopeSpans, index, scopeIndex++)
        break
      case 26:
        schemaUrl = reader.string(end)
        fault ??= reader.defects.take()
        break
      default:
        reader.skip(tag, end)
    }
  }
  reader.leave(end)
  assembly.addResource(into, { resource, scopeSpans, schemaUrl }, fault, index)
}

const readResource = (reader: ProtobufReader, end: number, into: UnderConstruction<Resource>): void => {
  while (reader.position < end) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        into.attributes.push(readKeyValue(reader, reader.end(end)))
        break
      case 16:
        into.droppedAttributesCount = reader.uint32()
        break
      case 26:
        into.entityRefs.push(readEntityRef(reader, reader.end(end)))
        break
      default:
        reader.skip(tag, end)
    }
  }
  reader.leave(end)
}

const readEntityRef = (reader: ProtobufReader, end: number): EntityRef => {
  reader.defects.countMessage()
  let schemaUrl = ''
  let type = ''
  const idKeys: string[] = []
  const descriptionKeys: string[] = []
  while (reader.position < end) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        schemaUrl = reader.string(end)
        break
      case 18:
        type = reader.string(end)
        break
      case 26:
        reader.defects.countMessage()
        idKeys.push(reader.key(end))
        break
      case 34:
        reader.defects.countMessage()
        descriptionKeys.push(reader.key(end))
        break
      default:
        reader.skip(tag, end)
    }
  }
  reader.leave(end)
  return { schemaUrl, type, idKeys, descriptionKeys }
}

const readScopeSpans = (
  reader: ProtobufReader,
  end: number,
  assembly: TraceAssembly,
  into: ScopeSpans[],
  resourceIndex: number,
  index: number,
): void => {
  reader.defects.countMessage()
  const scope = { name: '', version: '', attributes: [], droppedAttributesCount: 0 }
  const spans: Span[] = []
  let schemaUrl = ''
  let fault: string | undefined
  let spanIndex = 0
  while (reader.position < end) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        readScope(reader, reader.end(end), scope)
        fault ??= reader.defects.take()
        break
      case 18:
        assembly.addSpan(spans, readSpan(reader, reader.end(end)), resourceIndex, index, spanIndex++)
        break
      case 26:
        schemaUrl = reader.string(end)
        fault ??= reader.defects.take()
        break
      default:
        reader.skip(tag, end)
    }
  }
  reader.leave(end)
  assembly.addScope(into, { scope, spans, schemaUrl }, fault, resourceIndex, index)
}

const readScope = (
  reader: ProtobufReader,
  end: number,
  into: UnderConstruction<InstrumentationScope>,
): void => {
  while (reader.position < end) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        into.name = reader.string(end)
        break
      case 18:
        into.version = reader.string(end)
        break
      case 26:
        into.attributes.push(readKeyValue(reader, reader.end(end)))
        break
      case 32:
        into.droppedAttributesCount = reader.uint32()
        break
      default:
        reader.skip(tag, end)
    }
  }
  reader.leave(end)
}

/** What most spans have none of, one for all of them. */
const none: never[] = []
const unset: SpanStatus = Object.freeze({ message: '', code: 0 })

const readSpan = (reader: ProtobufReader, end: number): Span => {
  reader.defects.countMessage()
  let traceId = ''
  let spanId = ''
  let traceState = ''
  let parentSpanId = ''
  let flags = 0
  let name = ''
  let kind = 0
  let startTimeUnixNano = 0n
  let endTimeUnixNano = 0n
  const attributes: KeyValue[] = []
  let droppedAttributesCount = 0
  let events: SpanEvent[] = none
  let droppedEventsCount = 0
  let links: SpanLink[] = none
  let droppedLinksCount = 0
  let status: UnderConstruction<SpanStatus> | undefined
  while (reader.position < end) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        traceId = reader.hex(end)
        break
      case 18:
        spanId = reader.hex(end)
        break
      case 26:
        traceState = reader.string(end)
        break
      case 34:
        parentSpanId = reader.hex(end)
        break
      case 42:
        name = reader.key(end)
        break
      case 48:
        kind = reader.int32()
        break
      case 57:
        startTimeUnixNano = reader.fixed64()
        break
      case 65:
        endTimeUnixNano = reader.fixed64()
        break
      case 74:
        attributes.push(readKeyValue(reader, reader.end(end)))
        break
      case 80:
        droppedAttributesCount = reader.uint32()
        break
      case 90:
        if (events === none) events = []
        events.push(readEvent(reader, reader.end(end)))
        break
      case 96:
        droppedEventsCount = reader.uint32()
        break
      case 106:
        if (links === none) links = []
        links.push(readLink(reader, reader.end(end)))
        break
      case 112:
        droppedLinksCount = reader.uint32()
        break
      case 122:
        status ??= { message: '', code: 0 }
        readStatus(reader, reader.end(end), status)
        break
      case 133:
        flags = reader.fixed32()
        break
      default:
        reader.skip(tag, end)
    }
  }
  reader.leave(end)
  return {
    traceId,
    spanId,
    traceState,
    parentSpanId,
    flags,
    name,
    kind,
    startTimeUnixNano,
    endTimeUnixNano,
    attributes,
    droppedAttributesCount,
    events,
    droppedEventsCount,
    links,
    droppedLinksCount,
    status: status ?? unset,
  }
}

const readEvent = (reader: ProtobufReader, end: number): SpanEvent => {
  reader.defects.countMessage()
  let timeUnixNano = 0n
  let name = ''
  const attributes: KeyValue[] = []
  let droppedAttributesCount = 0
  while (reader.position < end) {
    const tag = reader.tag()
    switch (tag) {
      case 9:
        timeUnixNano = reader.fixed64()
        break
      case 18:
        name = reader.key(end)
        break
      case 26:
        attributes.push(readKeyValue(reader, reader.end(end)))
        break
      case 32:
        droppedAttributesCount = reader.uint32()
        break
      default:
        reader.skip(tag, end)
    }
  }
  reader.leave(end)
  return { timeUnixNano, name, attributes, droppedAttributesCount }
}

const readLink = (reader: ProtobufReader, end: number): SpanLink => {
  reader.defects.countMessage()
  let traceId = ''
  let spanId = ''
  let traceState = ''
  const attributes: KeyValue[] = []
  let droppedAttributesCount = 0
  let flags = 0
  while (reader.position < end) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        traceId = reader.hex(end)
        break
      case 18:
        spanId = reader.hex(end)
        break
      case 26:
        traceState = reader.string(end)
        break
      case 34:
        attributes.push(readKeyValue(reader, reader.end(end)))
        break
      case 40:
        droppedAttributesCount = reader.uint32()
        break
      case 53:
        flags = reader.fixed32()
        break
      default:
        reader.skip(tag, end)
    }
  }
  reader.leave(end)
  const hasValidIds = isTraceId(traceId) && isSpanId(spanId)
  return { traceId, spanId, hasValidIds, traceState, attributes, droppedAttributesCount, flags }
}

const readStatus = (reader: ProtobufReader, end: number, into: UnderConstruction<SpanStatus>): void => {
  while (reader.position < end) {
    const tag = reader.tag()
    switch (tag) {
      case 18:
        into.message = reader.string(end)
        break
      case 24:
        into.code = reader.int32()
        break
      default:
        reader.skip(tag, end)
    }
  }
  reader.leave(end)
}
