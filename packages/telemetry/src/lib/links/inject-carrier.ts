import { type Context, context, diag, propagation, type TextMapSetter } from '@opentelemetry/api'
import { type CarrierRelation, RELATION_HEADER } from './carrier-relation.ts'
import { replaceFields } from './replace-fields.ts'
import { formatTraceContext } from './trace-context-fields.ts'

export interface InjectOptions<C> {
  /**
   * What the receiver is asked to do, as the header `linked-traces-relation`; it continues the trace unless
   * it is asked.
   */
  readonly relation?: CarrierRelation
  /** The context to send; the active one unless given. */
  readonly context?: Context
  /** Writes one field; needed for a carrier that is neither a plain object nor a `Map` nor `Headers`. */
  readonly setter?: TextMapSetter<C>
}

/**
 * Writes what a receiver needs to continue the current trace or to link to it, and returns the carrier, a new
 * object unless one is given.
 *
 * The fields are `traceparent` and `tracestate` (W3C, whatever propagator is registered, so that every link
 * finds its target), `linked-traces-relation` if a relation is stated, and whatever else the registered
 * propagator writes, such as `baggage`. In an object, `Map` or `Headers` they take the place of fields of the
 * same name in any case, so that copied headers do not end up with two of them. Never throws.
 *
 *     producer.send({ value, headers: injectCarrier({}, { relation: 'link' }) })
 */
export function injectCarrier(
  carrier?: null | undefined,
  options?: InjectOptions<Record<string, string>> | null,
): Record<string, string>
export function injectCarrier<C extends object>(carrier: C, options?: InjectOptions<C> | null): C
export function injectCarrier(carrier?: object | null, options?: InjectOptions<object> | null): object {
  const target = carrier ?? {}
  const { relation, setter, context: given } = options ?? {}
  try {
    const fields = fieldsOf(given ?? context.active())
    if (relation !== undefined) fields.set(RELATION_HEADER, relation)
    // The relation speaks of one `traceparent` too, and must not outlive it.
    const others = fields.has('traceparent') ? [RELATION_HEADER] : []
    if (setter === undefined) replaceFields(target, fields, others)
    else for (const [name, value] of fields) setter.set(target, name, value)
  } catch (error) {
    diag.error('The trace context could not be written to a carrier, which goes without it.', error)
  }
  return target
}

function fieldsOf(sent: Context): Map<string, string> {
  const fields = new Map<string, string>()
  propagation.inject(sent, fields, { set: (map, name, value) => map.set(name, value) })
  const own = formatTraceContext(sent)
  if (own === undefined) return fields
  fields.set('traceparent', own.traceparent)
  if (own.tracestate === undefined) fields.delete('tracestate')
  else fields.set('tracestate', own.tracestate)
  return fields
}
