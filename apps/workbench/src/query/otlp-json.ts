import type { AnyValue, KeyValue, Resource, Scope, Span, SpanEvent, SpanLink } from '../model/span.ts'
import type { StoredSpan } from '../model/stored-span.ts'

/**
 * Spans as an `ExportTraceServiceRequest` in OTLP's JSON. Whoever decodes it has the same spans again; fields with proto3's default are
 * left out.
 */
export function otlpJson(spans: readonly StoredSpan[]): object {
  const ofResource = groupBy(spans, ({ resource, resourceSchemaUrl }) => [resource, resourceSchemaUrl])
  return {
    resourceSpans: ofResource.map((group) => ({
      resource: resourceJson(group[0].resource),
      ...present({ schemaUrl: group[0].resourceSchemaUrl }),
      scopeSpans: groupBy(group, ({ scope, scopeSchemaUrl }) => [scope, scopeSchemaUrl]).map((ofScope) => ({
        scope: scopeJson(ofScope[0].scope),
        ...present({ schemaUrl: ofScope[0].scopeSchemaUrl }),
        spans: ofScope.map(({ span }) => spanJson(span)),
      })),
    })),
  }
}

type Group = readonly [StoredSpan, ...StoredSpan[]]

/** Spans whose keys are the same as JSON stand together, in the order the keys first came. */
function groupBy(spans: readonly StoredSpan[], keyOf: (span: StoredSpan) => readonly unknown[]): Group[] {
  const keys = new Map<unknown, string>()
  const textOf = (part: unknown): string => {
    const known = keys.get(part)
    if (known !== undefined) return known
    const text = JSON.stringify(part, (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}n` : value,
    )
    keys.set(part, text)
    return text
  }
  return [...Map.groupBy(spans, (span) => keyOf(span).map(textOf).join()).values()] as unknown as Group[]
}

const resourceJson = ({ attributes, droppedAttributesCount, entityRefs }: Resource): object =>
  present({
    attributes: attributes.map(keyValueJson),
    droppedAttributesCount,
    entityRefs: entityRefs.map(present),
  })

const scopeJson = ({ name, version, attributes, droppedAttributesCount }: Scope): object =>
  present({ name, version, attributes: attributes.map(keyValueJson), droppedAttributesCount })

const spanJson = (span: Span): object =>
  present({
    ...span,
    startTimeUnixNano: String(span.startTimeUnixNano),
    endTimeUnixNano: String(span.endTimeUnixNano),
    attributes: span.attributes.map(keyValueJson),
    events: span.events.map(eventJson),
    links: span.links.map(linkJson),
    status: present(span.status),
  })

const eventJson = (event: SpanEvent): object =>
  present({
    ...event,
    timeUnixNano: String(event.timeUnixNano),
    attributes: event.attributes.map(keyValueJson),
  })

const linkJson = ({ hasValidIds: _, ...link }: SpanLink): object =>
  present({ ...link, attributes: link.attributes.map(keyValueJson) })

const keyValueJson = ({ key, value }: KeyValue): object => ({ key, value: valueJson(value) })

function valueJson(value: AnyValue): object {
  switch (value.type) {
    case 'string':
      return { stringValue: value.value }
    case 'bool':
      return { boolValue: value.value }
    case 'int':
      return { intValue: String(value.value) }
    case 'double':
      return { doubleValue: doubleJson(value.value) }
    case 'bytes':
      return { bytesValue: Buffer.from(value.value).toString('base64') }
    case 'array':
      return { arrayValue: { values: value.value.map(valueJson) } }
    case 'kvlist':
      return { kvlistValue: { values: value.value.map(keyValueJson) } }
    case 'empty':
      return {}
  }
}

/** JSON has no NaN and no infinities, and `JSON.stringify` makes 0 of −0. */
function doubleJson(value: number): number | string {
  if (Object.is(value, -0)) return '-0'
  return Number.isFinite(value) ? value : String(value)
}

/** Leaves out what a decoder puts there by itself. */
function present(fields: object): object {
  const isDefault = (value: unknown): boolean =>
    value === 0 || value === '' || value === '0' || (Array.isArray(value) && value.length === 0)
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isDefault(value)))
}
