import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import { isSpanContextValid, propagation, trace } from '@opentelemetry/api'
import { injectMarked, isMarked } from '../propagation/outgoing-http.ts'
import { isWithheld } from '../propagation/withheld.ts'
import { setCrossing } from './crossing.ts'
import { decisionFor } from './inbound-decisions.ts'

/**
 * Extracts what the decision on a request lets in, and injects where context may go. Carriers that nothing was decided
 * about (queues, other instrumentations, a `continue`) are the inner propagator's business alone.
 */
export class BoundaryPropagator implements TextMapPropagator {
  readonly #inner: TextMapPropagator
  readonly #admitted: readonly string[]

  /** @param untrustedBaggage keys of baggage entries that are taken from untrusted callers too */
  constructor(inner: TextMapPropagator, untrustedBaggage: readonly string[] = []) {
    this.#inner = inner
    this.#admitted = untrustedBaggage
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const span = trace.getSpan(context)
    if (isMarked(carrier)) injectMarked(context, carrier, this.#inner)
    else if (span === undefined || !isWithheld(span)) this.#inner.inject(context, carrier, setter)
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const decision = decisionFor(carrier)
    if (decision === undefined) return this.#inner.extract(context, carrier, getter)
    if (decision.mode === 'ignore') return context

    const extracted = this.#inner.extract(context, carrier, getter)
    // Of an untrusted caller only its span context is let in, and baggage that the operator has named: no flag that a
    // propagator may add to the context.
    const admitted = decision.trusted ? extracted : this.#admitBaggage(context, extracted)
    const caller = trace.getSpanContext(extracted)
    if (!caller?.isRemote || !isSpanContextValid(caller)) return admitted
    const withCaller = decision.trusted ? extracted : trace.setSpanContext(admitted, caller)
    return setCrossing(withCaller, { caller, trusted: decision.trusted })
  }

  /** Values alone: what else comes with an entry was not asked for. */
  #admitBaggage(context: Context, extracted: Context): Context {
    const received = propagation.getBaggage(extracted)
    let admitted = propagation.createBaggage()
    for (const key of this.#admitted) {
      const value = received?.getEntry(key)?.value
      if (value !== undefined) admitted = admitted.setEntry(key, { value })
    }
    return admitted.getAllEntries().length === 0 ? context : propagation.setBaggage(context, admitted)
  }

  fields(): string[] {
    return this.#inner.fields()
  }
}
