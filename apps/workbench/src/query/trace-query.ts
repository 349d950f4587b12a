import type { Span, Trace } from '../api/contract.ts'
import { type StoredSpan, statusCodeName } from '../model/stored-span.ts'
import type { IncomingLink, TelemetryReader } from '../store/telemetry-store.ts'
import { attributesJson } from './attribute-json.ts'
import { incomingJson, type LinkTargets, linkJson, linkTargets } from './link-json.ts'
import { spanJson } from './span-json.ts'

/** Spans looked at of one trace. */
export const mostSpansOfTrace = 20_000
/** Incoming links told for one span; their count is told in full. */
const mostIncoming = 20

/** A whole trace with its links in both directions, or `undefined` when no span of it is stored. */
export async function queryTrace(store: TelemetryReader, traceId: string): Promise<Trace | undefined> {
  const found = await store.trace(traceId, mostSpansOfTrace)
  if (!found) return undefined
  const { spans } = found
  const resources = resourceIndex(spans)
  const start = spans.reduce((least, { span }) => minimum(least, span.startTimeUnixNano), 2n ** 64n)
  const end = spans.reduce((most, { span }) => maximum(most, span.endTimeUnixNano), 0n)
  return {
    traceId,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(end),
    durationNano: String(end - start),
    spanCount: found.spanCount,
    errorCount: spans.filter(({ span }) => statusCodeName(span.status.code) === 'error').length,
    resources: [...resources.keys()].map((resource) => attributesJson(resource.attributes)),
    spans: await linkedSpans(store, traceId, spans, resources),
  }
}

/** Place of each resource in {@link Trace.resources}. */
export function resourceIndex(spans: readonly StoredSpan[]): ReadonlyMap<StoredSpan['resource'], number> {
  const resources = new Map<StoredSpan['resource'], number>()
  for (const { resource } of spans) if (!resources.has(resource)) resources.set(resource, resources.size)
  return resources
}

/** Spans of one trace with their links in both directions. */
export async function linkedSpans(
  store: TelemetryReader,
  traceId: string,
  spans: readonly StoredSpan[],
  resources: ReadonlyMap<StoredSpan['resource'], number>,
): Promise<Span[]> {
  const [targets, incoming] = await Promise.all([
    linkTargets(
      store,
      spans.flatMap(({ span }) => span.links),
    ),
    store.incomingLinks(traceId, mostIncoming),
  ])
  const linksTo = Map.groupBy(incoming.links, (link) => link.targetSpanId)
  return spans.map((stored) => ({
    ...spanJson(stored),
    resource: resources.get(stored.resource) ?? 0,
    ...linksOf(stored, targets, linksTo.get(stored.span.spanId) ?? []),
    linkedFromCount: incoming.counts.get(stored.span.spanId) ?? 0,
  }))
}

const linksOf = ({ span }: StoredSpan, targets: LinkTargets, incoming: readonly IncomingLink[]) => ({
  links: span.links.map((link, position) => linkJson(span, link, position, targets)),
  linkedFrom: incoming.map(incomingJson),
})

const minimum = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const maximum = (a: bigint, b: bigint): bigint => (a > b ? a : b)
