import type { IncomingLink, Link, LinkTarget, Span, SpanRef, SpanSummary } from '../../../src/api/contract.ts'

/** How a span is related to another, told from its own side. */
export type SpanRelation = {
  readonly key: string
  /** What the other span is to this one. */
  readonly other: 'cause' | 'effect'
  /** `linked_traces.relation`, with `callee` read from its other end as `caller`. */
  readonly relation: string | null
  readonly far: SpanRef
  readonly summary: SpanSummary | null
  /** What is known of the far span; `null` where it holds the link itself. */
  readonly target: LinkTarget | null
  /** The link this span holds, and the one the other holds; at least one is there. */
  readonly outgoing: Link | null
  readonly incoming: IncomingLink | null
}

/** The spans that a span is linked with, in either direction; a link and its reverse are one relation. */
export function spanRelations(span: Span): SpanRelation[] {
  const relations = new Map<string, SpanRelation>()
  for (const link of span.links) {
    const other = link.relation === 'callee' ? 'effect' : 'cause'
    const relation = link.relation === 'callee' ? 'caller' : link.relation
    // Two links to one span that say the same are still two links.
    let key = relationKey(other, relation, link)
    if (relations.has(key)) key += ` ${link.position}`
    relations.set(key, {
      key,
      other,
      relation,
      far: { traceId: link.traceId, spanId: link.spanId },
      summary: 'name' in link.target ? link.target : null,
      target: link.target,
      outgoing: link,
      incoming: null,
    })
  }
  for (const incoming of span.linkedFrom) {
    const { source } = incoming
    if (source.traceId === span.traceId && source.spanId === span.spanId) continue
    const other = incoming.relation === 'callee' ? 'cause' : 'effect'
    const relation = incoming.relation === 'callee' ? 'caller' : incoming.relation
    const key = relationKey(other, relation, source)
    const known = relations.get(key)
    relations.set(
      known?.incoming ? `${key} from ${incoming.position}` : key,
      known && !known.incoming
        ? { ...known, incoming }
        : {
            key: known ? `${key} from ${incoming.position}` : key,
            other,
            relation,
            far: { traceId: source.traceId, spanId: source.spanId },
            summary: source,
            target: null,
            outgoing: null,
            incoming,
          },
    )
  }
  return [...relations.values()]
}

/** How many spans a span was caused by and leads to, over links. */
export type LinkCounts = { readonly causes: number; readonly effects: number }

/** The counts of {@link spanRelations}; of incoming links that were not listed, each counts as an effect. */
export function linkCounts(span: Span): LinkCounts {
  const relations = span.links.length + span.linkedFrom.length === 0 ? [] : spanRelations(span)
  const causes = relations.filter(({ other }) => other === 'cause').length
  return { causes, effects: relations.length - causes + span.linkedFromCount - span.linkedFrom.length }
}

const relationKey = (other: string, relation: string | null, { traceId, spanId }: SpanRef): string =>
  `${other} ${relation ?? ''} ${traceId}/${spanId}`
