import type { Link, Span, SpanContext } from '@opentelemetry/api'

const kept = Symbol('linked_traces.kept_link')
const stockAddLink = Symbol('linked_traces.stock_add_link')

/** A span of our own, which knows how. */
interface LinkKeeper extends Span {
  keepLink(target: SpanContext): void
}

/** A recording span of the SDK: its links, oldest first, are its own array. */
interface LinkedSpan extends Span {
  readonly links: Link[]
  [kept]?: Link
  [stockAddLink]?: Span['addLink']
}

/**
 * Makes a span's link to `target` the last to go: a span that has all the links it may have (`OTEL_SPAN_LINK_COUNT_LIMIT`)
 * drops its oldest for a new one, which would be the very link it was created for.
 *
 * On the SDK's span itself, not in a SpanProcessor: NodeSDK leaves no place for one beside its own exporter, and the
 * spans that have nothing to keep cost nothing.
 */
export function keepLink(span: Span, target: SpanContext): void {
  if (!span.isRecording()) return
  if (isKeeper(span)) {
    span.keepLink(target)
    return
  }
  if (!isLinked(span)) return
  const link = span.links.findLast(({ context }) => context === target)
  if (link === undefined) return
  span[kept] = link
  span[stockAddLink] = span.addLink
  span.addLink = addLinkAndKeep
}

function isKeeper(span: Span): span is LinkKeeper {
  return 'keepLink' in span
}

function isLinked(span: Span): span is LinkedSpan {
  return 'links' in span && Array.isArray(span.links)
}

/** One function for all spans: a closure for each would cost more than all the rest of the boundary. */
function addLinkAndKeep(this: LinkedSpan, link: Link): LinkedSpan {
  const oldest = this.links[0]
  this[stockAddLink]?.(link)
  // What took its place is dropped in its stead: the SDK has counted one.
  if (oldest !== undefined && oldest === this[kept] && this.links[0] !== oldest) this.links[0] = oldest
  return this
}
