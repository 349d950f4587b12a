import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import { trace } from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import { formatTraceContext, noteRandomTrace, parseTraceContext } from '../links/trace-context-fields.ts'
import { fieldValues } from './field-values.ts'

/**
 * W3C Trace Context level 2, to the letter where the one of `@opentelemetry/core` is not: of two `traceparent` values
 * none counts, white space is space and tab, the `random` flag goes on, an invalid `tracestate` is dropped as a whole,
 * and an empty one is not sent.
 */
export class TraceContextPropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    if (isTracingSuppressed(context)) return
    const fields = formatTraceContext(context)
    if (fields === undefined) return
    setter.set(carrier, 'traceparent', fields.traceparent)
    if (fields.tracestate !== undefined) setter.set(carrier, 'tracestate', fields.tracestate)
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const traceparents = fieldValues(carrier, 'traceparent', getter)
    if (traceparents.length === 0) return context
    const spanContext = parseTraceContext(traceparents, () => fieldValues(carrier, 'tracestate', getter))
    if (spanContext === undefined) return context
    return trace.setSpanContext(noteRandomTrace(context, spanContext), spanContext)
  }

  fields(): string[] {
    return ['traceparent', 'tracestate']
  }
}
