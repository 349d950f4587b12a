import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import { propagation } from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import { formatBaggage, parseBaggage } from './baggage-header.ts'
import { fieldValues } from './field-values.ts'

/**
 * W3C Baggage, to the letter where the one of `@opentelemetry/core` is not: keys are tokens and nothing is decoded in
 * them, values may be empty, bytes that are no UTF-8 are replaced, and no entry can keep the others from being sent.
 */
export class BaggagePropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const baggage = isTracingSuppressed(context) ? undefined : propagation.getBaggage(context)
    const value = baggage && formatBaggage(baggage.getAllEntries())
    if (value) setter.set(carrier, 'baggage', value)
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const values = fieldValues(carrier, 'baggage', getter)
    if (values.length === 0) return context
    const entries = parseBaggage(values)
    if (entries.size === 0) return context
    // All at once: an entry that is set copies all others. Defined, not assigned: `__proto__` is a key like any other.
    return propagation.setBaggage(context, propagation.createBaggage(Object.fromEntries(entries)))
  }

  fields(): string[] {
    return ['baggage']
  }
}
