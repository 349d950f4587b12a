import type { InstrumentationScope } from '@opentelemetry/core'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'

/** Spans by resource, and by scope within each, in the order in which the first of each came. No list is empty. */
export type GroupedSpans = ReadonlyMap<Resource, SpansByScope>

export type SpansByScope = ReadonlyMap<string, readonly [ReadableSpan, ...ReadableSpan[]]>

/** As a request holds them: scopes of one name, version and schema are one, whoever asked for their tracers. */
export function groupSpans(spans: readonly ReadableSpan[]): GroupedSpans {
  const resources = new Map<Resource, Map<string, [ReadableSpan, ...ReadableSpan[]]>>()
  for (const span of spans) {
    const { resource, instrumentationScope } = span
    const scopes = resources.get(resource) ?? new Map<string, [ReadableSpan, ...ReadableSpan[]]>()
    if (scopes.size === 0) resources.set(resource, scopes)
    const key = scopeKey(instrumentationScope)
    const found = scopes.get(key)
    if (found === undefined) scopes.set(key, [span])
    else found.push(span)
  }
  return resources
}

const scopeKeys = new WeakMap<InstrumentationScope, string>()

function scopeKey(scope: InstrumentationScope): string {
  const known = scopeKeys.get(scope)
  if (known !== undefined) return known
  const key = `${scope.name}@${scope.version || ''}:${scope.schemaUrl || ''}`
  scopeKeys.set(scope, key)
  return key
}
