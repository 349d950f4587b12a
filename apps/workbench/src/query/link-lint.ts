import type { LinkWarning } from '../api/contract.ts'
import type { Span, SpanLink } from '../model/span.ts'
import { linkRelation, type StoredSpan } from '../model/stored-span.ts'
import { isUnsampled, refKey } from './link-json.ts'

/** Warnings told in one answer. */
const mostWarnings = 200

/** Relations whose other end this project links back. */
const reverseOf = new Map([
  ['caller', 'callee'],
  ['callee', 'caller'],
])

/**
 * What the authors of links would want to know. A missing reverse link is told only where the other end's trace is in `traceIds`, the
 * traces whose holders are given.
 */
export function lintLinks(holders: readonly StoredSpan[], traceIds: ReadonlySet<string>): LinkWarning[] {
  const directions = new Set(
    holders.flatMap(({ span }) => span.links.map((link) => `${span.traceId}>${link.traceId}`)),
  )
  const isLinkedBack = (span: Span, link: SpanLink): boolean =>
    directions.has(`${link.traceId}>${span.traceId}`) || !traceIds.has(link.traceId)
  return holders.flatMap(({ span }) => lintSpan(span, isLinkedBack)).slice(0, mostWarnings)
}

function lintSpan(span: Span, isLinkedBack: (span: Span, link: SpanLink) => boolean): LinkWarning[] {
  const { traceId, spanId } = span
  const warnings: LinkWarning[] = []
  const warn = (code: LinkWarning['code'], position: number | null, message: string): void => {
    warnings.push({ code, source: { traceId, spanId }, position, message })
  }
  const firstTo = new Map<string, number>()
  span.links.forEach((link, position) => {
    if (!link.hasValidIds) {
      warn(
        'invalid_ids',
        position,
        'An id of this link has a wrong length or is all zero, so it leads nowhere.',
      )
      return
    }
    const first = firstTo.get(refKey(link))
    if (first === undefined) firstTo.set(refKey(link), position)
    else warn('duplicate_link', position, `Link ${first} of this span points at the same span.`)
    if (refKey(link) === refKey(span)) warn('self_link', position, 'The span links to itself.')
    else if (isUnsampled(link))
      warn('unsampled_target', position, 'The linked span was not sampled when the link was made.')
    const relation = linkRelation(link.attributes)
    const reverse = reverseOf.get(relation ?? '')
    if (reverse !== undefined && link.traceId !== traceId && !isLinkedBack(span, link))
      warn('no_reverse_link', position, `The ${relation}'s trace holds no link back to this one.`)
  })
  if (span.droppedLinksCount > 0) {
    const links = span.droppedLinksCount === 1 ? '1 link' : `${span.droppedLinksCount} links`
    warn('links_dropped', null, `The sender left out ${links} of this span, to keep within its limit.`)
  }
  return warnings
}
