import type { InstrumentationScope } from '@opentelemetry/core'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'

/** Spans by resource, and by scope within each, in the order in which the first of each came. */
export type GroupedSpans = ReadonlyMap<Resource, readonly ScopedSpans[]>

export interface ScopedSpans {
  readonly resource: Resource
  readonly scope: InstrumentationScope
  readonly spans: ReadableSpan[]
}

/**
 * Of so many spans, one after the other, those of a scope are written together; and then again. Spans of one trace end at about
 * the same time: so near to one another, compression finds the ids that they share.
 */
export const SPANS_TOGETHER = 24

/** As a request holds them: scopes of one name, version and schema are one, whoever asked for their tracers. */
export function groupSpans(spans: readonly ReadableSpan[]): GroupedSpans {
  const resources = new Map<Resource, ScopedSpans[]>()
  let open: ScopedSpans[] = []
  for (let index = 0; index < spans.length; index++) {
    if (index % SPANS_TOGETHER === 0) open = []
    const span = spans[index] as ReadableSpan
    const { resource, instrumentationScope: scope } = span
    const group = open.find((each) => each.resource === resource && isSame(each.scope, scope))
    if (group !== undefined) {
      group.spans.push(span)
      continue
    }
    const added = { resource, scope, spans: [span] }
    open.push(added)
    const groups = resources.get(resource)
    if (groups === undefined) resources.set(resource, [added])
    else groups.push(added)
  }
  return resources
}

function isSame(one: InstrumentationScope, other: InstrumentationScope): boolean {
  if (one === other) return true
  return (
    one.name === other.name &&
    (one.version || '') === (other.version || '') &&
    (one.schemaUrl || '') === (other.schemaUrl || '')
  )
}
