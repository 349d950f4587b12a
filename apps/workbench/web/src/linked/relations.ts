import type { LinkSetLink, LinkTarget, SpanRef, SpanSummary } from '../../../src/api/contract.ts'
import { clockPrecision } from './clock-precision.ts'

/** One end of a relation; `summary` is `null` while its span is not here. */
export type RelationEnd = SpanRef & {
  readonly summary: SpanSummary | null
  readonly target: LinkTarget | null
}

/** What links say together: one span came about because of another. */
export type Relation = {
  readonly key: string
  readonly cause: RelationEnd
  readonly effect: RelationEnd
  /** `linked_traces.relation`, with `callee` read from its other end as `caller`. */
  readonly relation: string | null
  readonly waitNano: number | null
  /** How exactly the starts of its spans are known, in nanoseconds; `waitNano` is exact to within as much. */
  readonly clockNano: number
  /** Each end holds a link to the other. */
  readonly bothWays: boolean
  /** The links that say so, at least one. */
  readonly links: readonly LinkSetLink[]
}

/**
 * Reads links as relations from cause to effect. Two links that are each other's reverse are one relation, seen from both ends; so are
 * links that repeat each other. Links to themselves relate nothing and are left out.
 */
export function relationsOf(links: readonly LinkSetLink[]): Relation[] {
  const groups = Map.groupBy(
    links.filter(({ target }) => target.state !== 'self'),
    (link) => {
      const [cause, effect] =
        link.cause === 'source' ? [link.source, link.targetRef] : [link.targetRef, link.source]
      // Links without valid ids name nobody: each stands for itself.
      const own = link.target.state === 'invalid' ? `${link.position}` : ''
      return [refKey(cause), refKey(effect), relationNoun(link) ?? '', own].join('>')
    },
  )
  return [...groups].map(([key, group]) => {
    const first = group[0] as LinkSetLink
    const holder: RelationEnd = { ...refOf(first.source), summary: first.source, target: null }
    const far: RelationEnd = {
      ...refOf(first.targetRef),
      summary: 'name' in first.target ? first.target : null,
      target: first.target,
    }
    const starts = [first.source, first.target].flatMap((end) =>
      'startTimeUnixNano' in end ? [end.startTimeUnixNano] : [],
    )
    const wait = group.find(({ waitNano }) => waitNano !== null)?.waitNano ?? null
    return {
      key,
      cause: first.cause === 'source' ? holder : far,
      effect: first.cause === 'source' ? far : holder,
      relation: relationNoun(first),
      waitNano: wait === null ? null : Number(wait),
      clockNano: Math.max(...starts.map(clockPrecision)),
      bothWays: group.some(({ source }) => refKey(source) !== refKey(first.source)),
      links: group,
    }
  })
}

const relationNoun = ({ relation }: LinkSetLink): string | null =>
  relation === 'callee' ? 'caller' : relation
const refOf = ({ traceId, spanId }: SpanRef): SpanRef => ({ traceId, spanId })
export const refKey = ({ traceId, spanId }: SpanRef): string => `${traceId}/${spanId}`
