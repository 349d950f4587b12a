import type { InstrumentationScope } from '@opentelemetry/core'

/** What scopes may have besides, missing from their type only. */
export interface ScopeWithAttributes extends InstrumentationScope {
  readonly attributes?: Readonly<Record<string, unknown>>
  readonly droppedAttributesCount?: number
}
