import type { LinkSet, LinkSetLink } from '../api/contract.ts'
import type { StoredSpan } from '../model/stored-span.ts'
import type { Knowledge, TelemetryReader } from '../store/telemetry-store.ts'
import { type LinkTargets, linkJson, linkTargets } from './link-json.ts'
import { lintLinks } from './link-lint.ts'
import { namedSummaryOf } from './span-json.ts'
import { mostSpansOfTrace } from './trace-query.ts'
import { traceSummaryJson } from './trace-summary-json.ts'

/** Links told in one answer. */
const mostLinks = 2_000
/** Spans looked at for one answer; links of traces beyond are only counted. */
const mostSpans = 200_000

/** How far a link set goes. */
export type LinkSetBounds = { readonly maxTraces: number; readonly maxHops: number }

/** All traces that hang together with one by links, or `undefined` when none of them is stored. */
export async function queryLinkSet(
  store: TelemetryReader,
  traceId: string,
  { maxTraces, maxHops }: LinkSetBounds,
): Promise<LinkSet | undefined> {
  const found = await store.linkSet(traceId, { traces: maxTraces, hops: maxHops, edges: 0 })
  const stored = found.traces.flatMap(({ summary, ...trace }) => (summary ? [{ ...trace, summary }] : []))
  if (stored.length === 0) return undefined
  const holders: StoredSpan[] = []
  const looked = new Set<string>()
  let spanCount = 0
  let unseenLinks = 0
  for (const { traceId: id, hops, summary } of stored) {
    // The trace asked for may hold links that lead nowhere, which are not counted.
    if (summary.linkCount === 0 && hops > 0) looked.add(id)
    else if (spanCount >= mostSpans) unseenLinks += summary.linkCount
    else {
      const spans = (await store.trace(id, mostSpansOfTrace))?.spans ?? []
      spanCount += spans.length
      looked.add(id)
      holders.push(...spans.filter(({ span }) => span.links.length > 0 || span.droppedLinksCount > 0))
    }
  }
  const held = holders.flatMap((holder) => holder.span.links.map((_, position) => ({ holder, position })))
  const told = held.slice(0, mostLinks)
  const targets = await linkTargets(
    store,
    told.flatMap(({ holder, position }) => holder.span.links[position] ?? []),
  )
  return {
    traceId,
    traces: stored.map(({ summary, hops, linksBeyond }) => ({
      ...traceSummaryJson(summary),
      hops,
      linksBeyond,
    })),
    links: told.map(({ holder, position }) => linkSetLink(holder, position, targets)),
    moreLinks: held.length - told.length + unseenLinks,
    moreTraces: found.moreTraces,
    warnings: lintLinks(holders, looked),
  }
}

function linkSetLink(holder: StoredSpan, position: number, targets: LinkTargets): LinkSetLink {
  const { span } = holder
  const link = span.links[position]
  if (!link) throw new TypeError(`Span ${span.spanId} has no link ${position}.`)
  const { traceId, spanId, relation, attributes, traceState, flags, target } = linkJson(
    span,
    link,
    position,
    targets,
  )
  // `callee` alone says that the linked span came about because of the one that holds the link.
  const cause = relation === 'callee' ? 'source' : 'target'
  const targetStart = startOf(targets.of(link))
  const sourceStart = span.startTimeUnixNano
  return {
    source: namedSummaryOf(holder),
    position,
    relation,
    attributes,
    traceState,
    flags,
    targetRef: { traceId, spanId },
    target,
    cause,
    waitNano:
      targetStart === undefined
        ? null
        : String(cause === 'source' ? targetStart - sourceStart : sourceStart - targetStart),
  }
}

const startOf = (knowledge: Knowledge | undefined): bigint | undefined =>
  knowledge?.state === 'stored' ? knowledge.span.start : undefined
