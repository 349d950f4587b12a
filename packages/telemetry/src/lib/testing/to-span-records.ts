import type { HrTime } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { plainAttributes } from './plain-attributes.ts'
import type { LinkRecord, SpanKindName, SpanRecord, StatusCodeName } from './span-record.ts'
import type { OtlpExport, PlainLink, PlainSpan, SpanSource } from './span-source.ts'

/** Spans of any {@link SpanSource} as plain data, in the order given. */
export function toSpanRecords(source: SpanSource): SpanRecord[] {
  if (isExport(source)) return spansOfExport(source)
  return Array.from(source).flatMap((item) => {
    if (isExport(item)) return spansOfExport(item)
    return 'spanContext' in item ? recordOfReadableSpan(item) : recordOfPlainSpan(item)
  })
}

function isExport(source: object): source is OtlpExport {
  return 'resourceSpans' in source
}

function spansOfExport({ resourceSpans = [] }: OtlpExport): SpanRecord[] {
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ scope, spans = [] }) =>
      spans.map((span) => recordOfPlainSpan({ ...span, resource, ...(scope && { scope }) })),
    ),
  )
}

function recordOfPlainSpan(span: PlainSpan): SpanRecord {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId || undefined,
    name: span.name,
    kind: nameOf(KINDS, span.kind),
    serviceName: span.serviceName ?? serviceNameOf(span.resource),
    scope: { name: span.scope?.name ?? '' },
    attributes: plainAttributes(span.attributes),
    status: { code: nameOf(STATUS_CODES, span.status?.code), message: span.status?.message ?? '' },
    events: (span.events ?? []).map(({ name, attributes }) => ({
      name,
      attributes: plainAttributes(attributes),
    })),
    links: (span.links ?? []).map(recordOfPlainLink),
    startTimeUnixNano: BigInt(span.startTimeUnixNano ?? 0),
    endTimeUnixNano: BigInt(span.endTimeUnixNano ?? 0),
  }
}

function recordOfPlainLink({
  traceId,
  spanId,
  traceState = '',
  flags = 0,
  attributes,
}: PlainLink): LinkRecord {
  const bits = typeof flags === 'number' ? flags : flags.value
  return { traceId, spanId, traceState, flags: bits, attributes: plainAttributes(attributes) }
}

function recordOfReadableSpan(span: ReadableSpan): SpanRecord {
  const { traceId, spanId } = span.spanContext()
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    name: span.name,
    // The API counts kinds from 0 for internal, OTLP from 1.
    kind: nameOf(KINDS, span.kind + 1),
    serviceName: serviceNameOf(span.resource),
    scope: { name: span.instrumentationScope.name },
    attributes: span.attributes,
    status: { code: nameOf(STATUS_CODES, span.status.code), message: span.status.message ?? '' },
    events: span.events.map(({ name, attributes = {} }) => ({ name, attributes })),
    links: span.links.map(({ context, attributes = {} }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
      traceState: context.traceState?.serialize() ?? '',
      flags: context.traceFlags | HAS_IS_REMOTE | (context.isRemote ? IS_REMOTE : 0),
      attributes,
    })),
    startTimeUnixNano: nanoseconds(span.startTime),
    endTimeUnixNano: nanoseconds(span.endTime),
  }
}

/** OTLP, trace.proto, `SpanFlags`. */
const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200

/** In the order of OTLP's numbers, the default first. */
const KINDS: readonly [SpanKindName, ...SpanKindName[]] = [
  'unspecified',
  'internal',
  'server',
  'client',
  'producer',
  'consumer',
]
const STATUS_CODES: readonly [StatusCodeName, ...StatusCodeName[]] = ['unset', 'ok', 'error']

function nameOf<Name extends string>(
  names: readonly [Name, ...Name[]],
  value: string | number | undefined,
): Name {
  const named =
    typeof value === 'string'
      ? names.find((name) => value.toLowerCase().replace(/^(span_kind|status_code)_/, '') === name)
      : names[value ?? 0]
  return named ?? names[0]
}

function serviceNameOf(resource: unknown): string {
  if (typeof resource !== 'object' || resource === null) return 'unknown_service'
  // The attributes themselves, as `@linked-traces/otlp-receiver/testing` has them, or a resource that holds
  // them.
  const attributes = 'attributes' in resource ? resource.attributes : resource
  const name = plainAttributes(attributes as PlainSpan['attributes'])['service.name']
  return typeof name === 'string' ? name : 'unknown_service'
}

function nanoseconds([seconds, nanos]: HrTime): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanos)
}
