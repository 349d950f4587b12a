import type { Attributes, AttributeValue, DerivedField, Row } from '../api/contract.ts'
import type { KeyValue } from '../model/span.ts'
import { type StoredSpan, serviceNameOf, spanKindName, statusCodeName } from '../model/stored-span.ts'
import { attributesJson } from './attribute-json.ts'
import { derivedAttributes } from './derived-attributes.ts'
import { formatGoDuration } from './go-duration.ts'
import { isSemanticConvention } from './semantic-convention-names.ts'
import { formatTimestamp } from './timestamp.ts'

/** Resource attributes that Axiom keeps without the prefix `resource.`. */
export const hoistedAttributes: ReadonlySet<string> = new Set([
  'service.name',
  'service.version',
  'service.namespace',
  'service.instance.id',
  'telemetry.sdk.name',
  'telemetry.sdk.version',
  'telemetry.sdk.language',
  'telemetry.distro.name',
  'telemetry.distro.version',
])

const statusNames = { unset: null, ok: 'OK', error: 'ERROR' } as const

/**
 * A span as Axiom stores it.
 *
 * Source: Axiom's documentation of its trace schema. Where Axiom's integers exceed what JavaScript holds (times of events), they are
 * decimal strings here.
 */
export function axiomRow(stored: StoredSpan): Row {
  const { span, resource, scope, receivedAt } = stored
  const status = statusCodeName(span.status.code)
  return {
    _rowId: `${receivedAt.toString(36).padStart(9, '0')}-${span.traceId}-${span.spanId}`,
    _time: formatTimestamp(span.startTimeUnixNano),
    _sysTime: formatTimestamp(BigInt(receivedAt) * 1_000_000n),
    trace_id: span.traceId,
    span_id: span.spanId,
    parent_span_id: span.parentSpanId === '' ? null : span.parentSpanId,
    name: span.name,
    kind: spanKindName(span.kind),
    duration: formatGoDuration(span.endTimeUnixNano - span.startTimeUnixNano),
    error: status === 'error',
    'status.code': statusNames[status],
    'status.message': span.status.message === '' ? null : span.status.message,
    ...resourceFields(resource.attributes),
    'service.name': serviceNameOf(resource),
    'scope.name': scope.name,
    'scope.version': scope.version,
    ...prefixedFields('attributes', Object.entries(attributesJson(span.attributes))),
    events: span.events.map(({ name, timeUnixNano, attributes }) => ({
      name,
      timestamp: String(timeUnixNano),
      attributes: attributesOrNull(attributes),
    })),
    links: span.links.map(({ traceId, spanId, attributes }) => ({
      trace_id: traceId,
      span_id: spanId,
      attributes: attributesOrNull(attributes),
    })),
  }
}

/** Fields of the row by the names a sender of older or newer semantic conventions would have used. */
export const derivedFields = ({ span }: StoredSpan): DerivedField[] =>
  derivedAttributes(attributesJson(span.attributes), spanKindName(span.kind)).map(({ key, value, from }) => ({
    field: `attributes.${key}`,
    value,
    from: from.map((name) => `attributes.${name}`),
  }))

function resourceFields(attributes: readonly KeyValue[]): Attributes {
  const entries = Object.entries(attributesJson(attributes))
  const hoisted = entries.filter(([key]) => hoistedAttributes.has(key))
  const others = entries.filter(([key]) => !hoistedAttributes.has(key))
  return { ...Object.fromEntries(hoisted), ...prefixedFields('resource', others) }
}

/** What the semantic conventions name as fields, the rest as one map. */
function prefixedFields(prefix: string, entries: readonly (readonly [string, AttributeValue])[]): Attributes {
  const isKnown = ([key]: readonly [string, AttributeValue]): boolean => isSemanticConvention(key)
  const custom = entries.filter((entry) => !isKnown(entry))
  return {
    ...Object.fromEntries(entries.filter(isKnown).map(([key, value]) => [`${prefix}.${key}`, value])),
    ...(custom.length > 0 && { [`${prefix}.custom`]: Object.fromEntries(custom) }),
  }
}

const attributesOrNull = (attributes: readonly KeyValue[]): Attributes | null =>
  attributes.length === 0 ? null : attributesJson(attributes)
