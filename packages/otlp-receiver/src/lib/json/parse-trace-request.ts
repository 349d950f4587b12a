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
import { JsonReader } from './json-reader.ts'
import { parseKeyValues } from './parse-any-value.ts'

/**
 * Decodes the JSON text of an `ExportTraceServiceRequest`; throws UndecodableError or TooLargeError.
 *
 * A member that occurs twice is merged as protobuf merges a field that does, so that both encodings mean the same.
 */
export const parseTraceRequest = (bytes: Uint8Array): DecodedTraces => {
  const assembly = new TraceAssembly(true)
  const reader = new JsonReader(bytes, assembly.defects)
  const resourceSpans: ResourceSpans[] = []
  let index = 0
  for (let name = reader.enterObject(); name !== undefined; name = reader.nextName()) {
    if (name !== 'resourceSpans') reader.skip()
    else {
      for (let more = reader.enterArray(); more; more = reader.nextItem()) {
        parseResourceSpans(reader, assembly, resourceSpans, index++)
      }
    }
  }
  reader.end()
  return assembly.finish(resourceSpans)
}

const parseResourceSpans = (
  reader: JsonReader,
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
  for (let name = reader.enterObject(); name !== undefined; name = reader.nextName()) {
    switch (name) {
      case 'resource':
        parseResource(reader, resource)
        fault ??= reader.defects.take()
        break
      case 'scopeSpans':
        for (let more = reader.enterArray(); more; more = reader.nextItem()) {
          parseScopeSpans(reader, assembly, scopeSpans, index, scopeIndex++)
        }
        break
      case 'schemaUrl':
        schemaUrl = reader.string()
        fault ??= reader.defects.take()
        break
      default:
        reader.skip()
    }
  }
  assembly.addResource(into, { resource, scopeSpans, schemaUrl }, fault, index)
}

const parseResource = (reader: JsonReader, into: UnderConstruction<Resource>): void => {
  for (let name = reader.enterObject(); name !== undefined; name = reader.nextName()) {
    switch (name) {
      case 'attributes':
        parseKeyValues(reader, into.attributes)
        break
      case 'droppedAttributesCount':
        into.droppedAttributesCount = reader.uint32()
        break
      case 'entityRefs':
        for (let more = reader.enterArray(); more; more = reader.nextItem()) {
          into.entityRefs.push(parseEntityRef(reader))
        }
        break
      default:
        reader.skip()
    }
  }
}

const parseEntityRef = (reader: JsonReader): EntityRef => {
  reader.defects.countMessage()
  let schemaUrl = ''
  let type = ''
  const idKeys: string[] = []
  const descriptionKeys: string[] = []
  for (let name = reader.enterObject(); name !== undefined; name = reader.nextName()) {
    switch (name) {
      case 'schemaUrl':
        schemaUrl = reader.string()
        break
      case 'type':
        type = reader.string()
        break
      case 'idKeys':
        for (let more = reader.enterArray(); more; more = reader.nextItem()) idKeys.push(reader.key())
        break
      case 'descriptionKeys':
        for (let more = reader.enterArray(); more; more = reader.nextItem())
          descriptionKeys.push(reader.key())
        break
      default:
        reader.skip()
    }
  }
  return { schemaUrl, type, idKeys, descriptionKeys }
}

const parseScopeSpans = (
  reader: JsonReader,
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
  for (let name = reader.enterObject(); name !== undefined; name = reader.nextName()) {
    switch (name) {
      case 'scope':
        parseScope(reader, scope)
        fault ??= reader.defects.take()
        break
      case 'spans':
        for (let more = reader.enterArray(); more; more = reader.nextItem()) {
          assembly.addSpan(spans, parseSpan(reader), resourceIndex, index, spanIndex++)
        }
        break
      case 'schemaUrl':
        schemaUrl = reader.string()
        fault ??= reader.defects.take()
        break
      default:
        reader.skip()
    }
  }
  assembly.addScope(into, { scope, spans, schemaUrl }, fault, resourceIndex, index)
}

const parseScope = (reader: JsonReader, into: UnderConstruction<InstrumentationScope>): void => {
  for (let name = reader.enterObject(); name !== undefined; name = reader.nextName()) {
    switch (name) {
      case 'name':
        into.name = reader.string()
        break
      case 'version':
        into.version = reader.string()
        break
      case 'attributes':
        parseKeyValues(reader, into.attributes)
        break
      case 'droppedAttributesCount':
        into.droppedAttributesCount = reader.uint32()
        break
      default:
        reader.skip()
    }
  }
}

/** What most spans have none of, one for all of them. */
const none: never[] = []
const unset: SpanStatus = Object.freeze({ message: '', code: 0 })

const parseSpan = (reader: JsonReader): Span => {
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
  for (let member = reader.enterObject(); member !== undefined; member = reader.nextName()) {
    switch (member) {
      case 'traceId':
        traceId = reader.id()
        break
      case 'spanId':
        spanId = reader.id()
        break
      case 'traceState':
        traceState = reader.string()
        break
      case 'parentSpanId':
        parentSpanId = reader.id()
        break
      case 'flags':
        flags = reader.uint32()
        break
      case 'name':
        name = reader.key()
        break
      case 'kind':
        kind = reader.int32()
        break
      case 'startTimeUnixNano':
        startTimeUnixNano = reader.uint64()
        break
      case 'endTimeUnixNano':
        endTimeUnixNano = reader.uint64()
        break
      case 'attributes':
        parseKeyValues(reader, attributes)
        break
      case 'droppedAttributesCount':
        droppedAttributesCount = reader.uint32()
        break
      case 'events':
        for (let more = reader.enterArray(); more; more = reader.nextItem()) {
          if (events === none) events = []
          events.push(parseEvent(reader))
        }
        break
      case 'droppedEventsCount':
        droppedEventsCount = reader.uint32()
        break
      case 'links':
        for (let more = reader.enterArray(); more; more = reader.nextItem()) {
          if (links === none) links = []
          links.push(parseLink(reader))
        }
        break
      case 'droppedLinksCount':
        droppedLinksCount = reader.uint32()
        break
      case 'status':
        status ??= { message: '', code: 0 }
        parseStatus(reader, status)
        break
      default:
        reader.skip()
    }
  }
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

const parseEvent = (reader: JsonReader): SpanEvent => {
  reader.defects.countMessage()
  let timeUnixNano = 0n
  let name = ''
  const attributes: KeyValue[] = []
  let droppedAttributesCount = 0
  for (let member = reader.enterObject(); member !== undefined; member = reader.nextName()) {
    switch (member) {
      case 'timeUnixNano':
        timeUnixNano = reader.uint64()
        break
      case 'name':
        name = reader.key()
        break
      case 'attributes':
        parseKeyValues(reader, attributes)
        break
      case 'droppedAttributesCount':
        droppedAttributesCount = reader.uint32()
        break
      default:
        reader.skip()
    }
  }
  return { timeUnixNano, name, attributes, droppedAttributesCount }
}

const parseLink = (reader: JsonReader): SpanLink => {
  reader.defects.countMessage()
  let traceId = ''
  let spanId = ''
  let traceState = ''
  const attributes: KeyValue[] = []
  let droppedAttributesCount = 0
  let flags = 0
  for (let name = reader.enterObject(); name !== undefined; name = reader.nextName()) {
    switch (name) {
      case 'traceId':
        traceId = reader.id()
        break
      case 'spanId':
        spanId = reader.id()
        break
      case 'traceState':
        traceState = reader.string()
        break
      case 'attributes':
        parseKeyValues(reader, attributes)
        break
      case 'droppedAttributesCount':
        droppedAttributesCount = reader.uint32()
        break
      case 'flags':
        flags = reader.uint32()
        break
      default:
        reader.skip()
    }
  }
  const hasValidIds = isTraceId(traceId) && isSpanId(spanId)
  return { traceId, spanId, hasValidIds, traceState, attributes, droppedAttributesCount, flags }
}

const parseStatus = (reader: JsonReader, into: UnderConstruction<SpanStatus>): void => {
  for (let name = reader.enterObject(); name !== undefined; name = reader.nextName()) {
    switch (name) {
      case 'message':
        into.message = reader.string()
        break
      case 'code':
        into.code = reader.int32()
        break
      default:
        reader.skip()
    }
  }
}
