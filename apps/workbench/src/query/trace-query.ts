import type { IncomingLink, Link, LinkTarget, Span, SpanSummary, Trace, TraceFlags } from '../api/contract.ts'
import type { KeyValue, Span as StoredSpanData, SpanLink } from '../model/span.ts'
import { serviceNameOf, spanKindName, statusCodeName, type StoredSpan } from '../model/stored-span.ts'
import type { SpanKnowledge, SpanRef, TelemetryStore } from '../store/telemetry-store.ts'
import { attributesJson } from './attribute-json.ts'

/** Spans told in one answer. */
const mostSpans = 20_000
/** Incoming links told for one span; their count is told in full. */
const mostIncoming = 100

/** A whole trace with its links in both directions, or `undefined` when no span of it is stored. */
export async function queryTrace(store: TelemetryStore, traceId: string): Promise<Trace | undefined> {
  const found = await store.trace(traceId, mostSpans)
  if (!found) return undefined
  const links = found.spans.flatMap(({ span }) => span.links.filter((link) => link.hasValidIds))
  const [targets, incoming] = await Promise.all([
    store.know(links),
    store.incomingLinks(traceId, mostIncoming),
  ])
  const knowledge = new Map(links.map((link, index) => [refKey(link), targets[index] as SpanKnowledge]))
  const incomingBySpan = Map.groupBy(incoming.links, (link) => link.targetSpanId)
  const resources = new Map<StoredSpan['resource'], number>()
  for (const { resource } of found.spans)
    if (!resources.has(resource)) resources.set(resource, resources.size)

  const spans = found.spans.map((stored): Span => {
    const { span } = stored
    return {
      ...spanJson(stored),
      resource: resources.get(stored.resource) ?? 0,
      links: span.links.map((link, position) => linkJson(span, link, position, knowledge.get(refKey(link)))),
      linkedFrom: (incomingBySpan.get(span.spanId) ?? []).map(({ source, position }) =>
        incomingJson(source, position),
      ),
      linkedFromCount: incoming.counts.get(span.spanId) ?? 0,
    }
  })
  const start = found.spans.reduce((least, { span }) => minimum(least, span.startTimeUnixNano), 2n ** 64n)
  const end = found.spans.reduce((most, { span }) => maximum(most, span.endTimeUnixNano), 0n)
  return {
    traceId,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(end),
    durationNano: String(end - start),
    spanCount: found.spanCount,
    errorCount: found.spans.filter(({ span }) => statusCodeName(span.status.code) === 'error').length,
    resources: [...resources.keys()].map((resource) => attributesJson(resource.attributes)),
    spans,
  }
}

function spanJson(stored: StoredSpan): Omit<Span, 'resource' | 'links' | 'linkedFrom' | 'linkedFromCount'> {
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

function linkJson(
  holder: StoredSpanData,
  link: SpanLink,
  position: number,
  knowledge: SpanKnowledge | undefined,
): Link {
  return {
    traceId: link.traceId,
    spanId: link.spanId,
    position,
    relation: relationOf(link.attributes),
    attributes: attributesJson(link.attributes),
    droppedAttributesCount: link.droppedAttributesCount,
    traceState: link.traceState,
    flags: flagsJson(link.flags),
    target: targetJson(holder, link, knowledge),
  }
}

function targetJson(
  holder: StoredSpanData,
  link: SpanLink,
  knowledge: SpanKnowledge | undefined,
): LinkTarget {
  if (!link.hasValidIds || !knowledge) return { state: 'invalid' }
  const sameTrace = holder.traceId === link.traceId
  if (sameTrace && holder.spanId === link.spanId) return { state: 'self' }
  switch (knowledge.state) {
    case 'stored':
      return { state: sameTrace ? 'same_trace' : 'resolved', ...summaryJson(knowledge.span) }
    case 'evicted':
      return { state: 'evicted', evictedAtUnixNano: `${knowledge.atMillis}000000` }
    case 'deleted':
      return { state: 'deleted', deletedAtUnixNano: `${knowledge.atMillis}000000` }
    default:
      // A sender that does not know the flags writes 0 too; bit 8 is only set by one that does.
      if ((link.flags & 0x101) === 0x100) return { state: 'not_sampled' }
      return { state: knowledge.state === 'span_missing' ? 'span_missing' : 'not_arrived' }
  }
}

const incomingJson = (source: StoredSpan, position: number): IncomingLink => ({
  source: { traceId: source.span.traceId, spanId: source.span.spanId, ...summaryJson(source) },
  position,
  relation: relationOf(source.span.links[position]?.attributes ?? []),
})

const summaryJson = ({ span, resource }: StoredSpan): SpanSummary => ({
  serviceName: serviceNameOf(resource),
  name: span.name,
  kind: spanKindName(span.kind),
  startTimeUnixNano: String(span.startTimeUnixNano),
  durationNano: String(span.endTimeUnixNano - span.startTimeUnixNano),
  status: statusCodeName(span.status.code),
})

/** `linked_traces.relation` of a link's attributes. */
function relationOf(attributes: readonly KeyValue[]): string | null {
  const relation = attributes.find(({ key }) => key === 'linked_traces.relation')?.value
  return relation?.type === 'string' ? relation.value : null
}

const flagsJson = (value: number): TraceFlags => ({
  value,
  sampled: (value & 0x01) !== 0,
  random: (value & 0x02) !== 0,
  remote: (value & 0x100) === 0 ? null : (value & 0x200) !== 0,
})

const refKey = ({ traceId, spanId }: SpanRef): string => traceId + spanId
const minimum = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const maximum = (a: bigint, b: bigint): bigint => (a > b ? a : b)
