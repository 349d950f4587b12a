import { ATTR_LINK_RELATION } from '../links/relation.ts'
import type { LinkRecord, SpanRecord } from './span-record.ts'

/** What joins a span to another one: one or several links, held by either. */
export interface Connection {
  /** Which of the two is the cause, seen from the span this connection is listed for. */
  readonly direction: 'caused by' | 'leads to'
  /** The other span, or the link to it if it was not recorded. */
  readonly other: SpanRecord | LinkRecord
  /** Relations stated by links that the span holds. */
  readonly here: string[]
  /** Relations stated by links that the other span holds. */
  readonly there: string[]
}

/** The connections of every span, causes first; links that say the same from both ends are one connection. */
export function connectionsOf(spans: readonly SpanRecord[]): Map<SpanRecord, Connection[]> {
  const byId = new Map(spans.map((span) => [idOf(span), span]))
  const found = new Map(spans.map((span) => [span, new Map<string, Connection>()]))
  const connect = (span: SpanRecord, other: SpanRecord | LinkRecord, direction: Connection['direction']) => {
    const connections = found.get(span)
    const key = `${direction} ${idOf(other)}`
    const connection = connections?.get(key) ?? { direction, other, here: [], there: [] }
    connections?.set(key, connection)
    return connection
  }
  for (const span of spans) {
    for (const link of span.links) {
      const relation = link.attributes[ATTR_LINK_RELATION]
      const statement = typeof relation === 'string' ? relation : 'link'
      // `callee` is the one relation that points from cause to effect.
      const [direction, reverse] =
        relation === 'callee' ? (['leads to', 'caused by'] as const) : (['caused by', 'leads to'] as const)
      const target = byId.get(idOf(link))
      connect(span, target ?? link, direction).here.push(statement)
      if (target !== undefined) connect(target, span, reverse).there.push(statement)
    }
  }
  return new Map(
    Array.from(found, ([span, connections]) => [
      span,
      [...connections.values()].sort((a, b) => a.direction.localeCompare(b.direction)),
    ]),
  )
}

function idOf({ traceId, spanId }: SpanRecord | LinkRecord): string {
  return `${traceId}:${spanId}`
}
