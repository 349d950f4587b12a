import type { IncomingLink, Link, LinkTarget } from '../api/contract.ts'
import type { Span, SpanLink } from '../model/span.ts'
import { linkRelation } from '../model/stored-span.ts'
import type {
  Knowledge,
  SpanRef,
  IncomingLink as StoredLink,
  TelemetryReader,
} from '../store/telemetry-store.ts'
import { attributesJson } from './attribute-json.ts'
import { farServiceName } from './far-service-name.ts'
import { flagsJson, namedSummaryJson, summaryJson } from './span-json.ts'

/** What is known of the spans that links point at. */
export type LinkTargets = { of(link: SpanLink): Knowledge | undefined }

/** Asks for the targets of all `links` at once. */
export async function linkTargets(store: TelemetryReader, links: readonly SpanLink[]): Promise<LinkTargets> {
  const refs = new Map(
    links
      .filter((link) => link.hasValidIds)
      .map(({ traceId, spanId }) => [refKey({ traceId, spanId }), { traceId, spanId }]),
  )
  const answers = refs.size === 0 ? [] : await store.know([...refs.values()])
  const known = new Map([...refs.keys()].map((key, index) => [key, answers[index]]))
  return { of: (link) => (link.hasValidIds ? known.get(refKey(link)) : undefined) }
}

/** A link as held by `holder`. */
export const linkJson = (holder: Span, link: SpanLink, position: number, targets: LinkTargets): Link => ({
  traceId: link.traceId,
  spanId: link.spanId,
  position,
  relation: linkRelation(link.attributes),
  attributes: attributesJson(link.attributes),
  droppedAttributesCount: link.droppedAttributesCount,
  traceState: link.traceState,
  flags: flagsJson(link.flags),
  target: targetJson(holder, link, targets.of(link)),
})

function targetJson(holder: Span, link: SpanLink, knowledge: Knowledge | undefined): LinkTarget {
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
      if (isUnsampled(link)) return { state: 'not_sampled', serviceName: farServiceName(holder, link) }
      return { state: knowledge.state === 'span_missing' ? 'span_missing' : 'not_arrived' }
  }
}

/** A sender that does not know the flags writes 0 too; bit 8 is only set by one that does. */
export const isUnsampled = ({ flags }: SpanLink): boolean => (flags & 0x101) === 0x100

export const incomingJson = ({ source, position, relation }: StoredLink): IncomingLink => ({
  source: namedSummaryJson(source),
  position,
  relation,
})

/** Names a span among all traces. */
export const refKey = ({ traceId, spanId }: SpanRef): string => traceId + spanId
