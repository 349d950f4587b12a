import type { Span, SpanRef, SpanSummary, TraceFlags } from '../api/contract.ts'
import type { SpanSummary as StoredSummary } from '../model/span-summary.ts'
import { type StoredSpan, serviceNameOf, spanKindName, statusCodeName } from '../model/stored-span.ts'
import { attributesJson } from './attribute-json.ts'

/** A span but for what only its trace can tell. */
export function spanJson(
  stored: StoredSpan,
): Omit<Span, 'resource' | 'links' | 'linkedFrom' | 'linkedFromCount'> {
  const { span, resource, scope } = stored
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId === '' ? null : span.parentSpanId,
    name: span.name,
    kind: spanKindName(span.kind),
    serviceName: serviceNameOf(resource),
    startTimeUnixNano: String(span.startTimeUnixNano),
    endTimeUnixNano: String(span.endTimeUnixNano),
    durationNano: String(span.endTimeUnixNano - span.startTimeUnixNano),
    status: { code: statusCodeName(span.status.code), message: span.status.message },
    traceState: span.traceState,
    flags: flagsJson(span.flags),
    scope: { name: scope.name, version: scope.version },
    attributes: attributesJson(span.attributes),
    events: span.events.map((event) => ({
      timeUnixNano: String(event.timeUnixNano),
      name: event.name,
      attributes: attributesJson(event.attributes),
      droppedAttributesCount: event.droppedAttributesCount,
    })),
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  }
}

export const summaryJson = (summary: StoredSummary): SpanSummary => ({
  serviceName: summary.serviceName,
  name: summary.name,
  kind: spanKindName(summary.kind),
  startTimeUnixNano: String(summary.start),
  durationNano: String(summary.duration),
  status: statusCodeName(summary.status),
})

export const namedSummaryJson = (summary: StoredSummary): SpanRef & SpanSummary => ({
  traceId: summary.traceId,
  spanId: summary.spanId,
  ...summaryJson(summary),
})

export const flagsJson = (value: number): TraceFlags => ({
  value,
  sampled: (value & 0x01) !== 0,
  random: (value & 0x02) !== 0,
  remote: (value & 0x100) === 0 ? null : (value & 0x200) !== 0,
})

/** A span at hand, named. */
export const namedSummaryOf = ({ span, resource }: StoredSpan): SpanRef & SpanSummary => ({
  traceId: span.traceId,
  spanId: span.spanId,
  serviceName: serviceNameOf(resource),
  name: span.name,
  kind: spanKindName(span.kind),
  startTimeUnixNano: String(span.startTimeUnixNano),
  durationNano: String(span.endTimeUnixNano - span.startTimeUnixNano),
  status: statusCodeName(span.status.code),
})
