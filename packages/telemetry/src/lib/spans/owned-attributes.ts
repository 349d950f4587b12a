import type { Attributes, SpanOptions } from '@opentelemetry/api'

/**
 * On the options of a span: its attributes object is given away with them, and neither copied nor checked. Nobody else may
 * write to it from then on, every value is a string, a number or a boolean, and no key is empty. Other tracers than ours
 * copy it as ever.
 */
export const OWNED = Symbol('linked_traces.owned_attributes')

/** Options of a span whose attributes may be given away. */
export interface OwningSpanOptions extends SpanOptions {
  readonly attributes?: Attributes
  readonly [OWNED]?: true
}
