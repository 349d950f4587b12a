import type { Attributes, SpanOptions } from '@opentelemetry/api'

/**
 * On the options of a span: its attributes object is given away with them, and neither copied nor checked. Nobody else may
 * write to it from then on, every value is a string, a number or a boolean, no key is empty, and there are no more than
 * {@link MOST_OWNED}. Other tracers than ours copy it as ever.
 */
export const OWNED = Symbol('linked_traces.owned_attributes')

/** With so few, they need not be counted to see that they are within a limit. */
export const MOST_OWNED = 16

/** Options of a span whose attributes may be given away. */
export interface OwningSpanOptions extends SpanOptions {
  readonly attributes?: Attributes
  readonly [OWNED]?: true
}
