import type { Context, SpanContext } from '@opentelemetry/api'
import { createContextKey } from '@opentelemetry/api'

/** A boundary that a request has come over: its SERVER span is a new root, linked to the caller. */
export interface Crossing {
  /** The caller's span: remote and valid. */
  readonly caller: SpanContext
  /** Whether the caller may hear of the new root, and samplers may follow its decision. */
  readonly trusted: boolean
}

const CROSSING = createContextKey('linked_traces.crossing')

export function setCrossing(context: Context, crossing: Crossing): Context {
  return context.setValue(CROSSING, crossing)
}

/** The boundary that the request of this context has come over, for samplers and for the answer to the caller. */
export function getCrossing(context: Context): Crossing | undefined {
  return context.getValue(CROSSING) as Crossing | undefined
}
