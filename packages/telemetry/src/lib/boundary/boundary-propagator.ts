import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import { isSpanContextValid, trace } from '@opentelemetry/api'
import { setCrossing } from './crossing.ts'
import { decisionFor } from './inbound-decisions.ts'

/**
 * Extracts what the decision on a request lets in. Carriers without a decision (queues, other instrumentations, a
 * `continue`) are the inner propagator's business alone, and so is everything that is injected.
 */
export class BoundaryPropagator implements TextMapPropagator {
  readonly #inner: TextMapPropagator

  constructor(inner: TextMapPropagator) {
    this.#inner = inner
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    this.#inner.inject(context, carrier, setter)
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const decision = decisionFor(carrier)
    if (decision === undefined) return this.#inner.extract(context, carrier, getter)
    if (decision.mode === 'ignore') return context

    const extracted = this.#inner.extract(context, carrier, getter)
    // Of an untrusted caller only its span context is let in: no baggage, and no flag that a propagator may add.
    const admitted = decision.trusted ? extracted : context
    const caller = trace.getSpanContext(extracted)
    if (!caller?.isRemote || !isSpanContextValid(caller)) return admitted
    const withCaller = decision.trusted ? extracted : trace.setSpanContext(context, caller)
    return setCrossing(withCaller, { caller, trusted: decision.trusted })
  }

  fields(): string[] {
    return this.#inner.fields()
  }
}
