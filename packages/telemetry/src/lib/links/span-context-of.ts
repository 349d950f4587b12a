import {
  type Context,
  diag,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
} from '@opentelemetry/api'
import { carrierGetter, carrierValues } from './carrier.ts'
import { trimOptionalWhitespace } from './optional-whitespace.ts'
import { parseTraceContext } from './trace-context-fields.ts'
import { parseTraceparent } from './traceparent.ts'

/**
 * The valid span context that a span, a span context, a `traceparent` value or a carrier stands for, or
 * `undefined`. Never throws.
 */
export function spanContextOf(target: unknown): SpanContext | undefined {
  try {
    if (typeof target === 'string') return parseTraceparent(trimOptionalWhitespace(target))
    if (typeof target !== 'object' || target === null) return undefined
    const candidate = isSpan(target) ? target.spanContext() : target
    return isSpanContextLike(candidate) ? validSpanContext(candidate) : sentSpanContextOf(target)
  } catch {
    return undefined
  }
}

/**
 * The remote span context in a carrier: strictly by W3C Trace Context where there is a `traceparent` (two are
 * as good as none), else what the application's propagator makes of it, of B3 headers say. Never throws.
 *
 * @param extracted what {@link extractContext} has made of the carrier already, in a context without a span
 */
export function sentSpanContextOf(carrier: unknown, extracted?: Context): SpanContext | undefined {
  const traceparents = carrierValues(carrier, 'traceparent')
  if (traceparents.length > 0)
    return parseTraceContext(traceparents, () => carrierValues(carrier, 'tracestate'))
  const spanContext = trace.getSpanContext(extracted ?? extractContext(ROOT_CONTEXT, carrier))
  return spanContext === undefined ? undefined : validSpanContext(spanContext)
}

/**
 * A context with all that the application's propagator finds in a carrier, baggage above all. Never throws.
 */
export function extractContext(base: Context, carrier: unknown): Context {
  try {
    return propagation.extract(base, carrier, carrierGetter)
  } catch (error) {
    diag.error('The registered propagator failed to read a carrier, which is taken as empty.', error)
    return base
  }
}

function isSpan(target: object): target is { spanContext(): unknown } {
  return 'spanContext' in target && typeof target.spanContext === 'function'
}

function isSpanContextLike(value: unknown): value is SpanContext {
  return typeof value === 'object' && value !== null && 'traceId' in value && 'spanId' in value
}

/** A copy that no exporter stumbles over, whatever the application put into the optional fields. */
function validSpanContext(spanContext: SpanContext): SpanContext | undefined {
  if (!isSpanContextValid(spanContext)) return undefined
  const { traceId, spanId, traceFlags, isRemote, traceState } = spanContext
  return {
    traceId,
    spanId,
    traceFlags: traceFlags & 0xff,
    ...(isRemote === true && { isRemote }),
    ...(typeof traceState?.serialize === 'function' && { traceState }),
  }
}
