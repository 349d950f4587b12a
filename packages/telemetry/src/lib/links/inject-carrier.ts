import {
  type Context,
  context,
  diag,
  isSpanContextValid,
  propagation,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api'
import { type CarrierRelation, RELATION_HEADER } from './carrier-relation.ts'
import { formatTraceparent } from './traceparent.ts'

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
    if (setter === undefined) replaceFields(target, fields)
    else for (const [name, value] of fields) setter.set(target, name, value)
  } catch (error) {
    diag.error('The trace context could not be written to a carrier, which goes without it.', error)
  }
  return target
}

function fieldsOf(sent: Context): Map<string, string> {
  const fields = new Map<string, string>()
  propagation.inject(sent, fields, { set: (map, name, value) => map.set(name, value) })
  const spanContext = trace.getSpanContext(sent)
  if (spanContext === undefined || !isSpanContextValid(spanContext)) return fields
  fields.set('traceparent', formatTraceparent(spanContext))
  const traceState = spanContext.traceState?.serialize()
  // W3C: an empty list should not be sent.
  if (traceState) fields.set('tracestate', traceState)
  else fields.delete('tracestate')
  return fields
}

/** Fields that speak of one `traceparent`, and must not outlive it. */
const OF_TRACEPARENT = ['traceparent', 'tracestate', RELATION_HEADER]

function replaceFields(carrier: object, fields: ReadonlyMap<string, string>): void {
  const outdated = new Set(fields.has('traceparent') ? OF_TRACEPARENT : [])
  for (const name of fields.keys()) outdated.add(name.toLowerCase())
  if (isCollection(carrier)) {
    for (const name of [...carrier.keys()]) if (outdated.has(String(name).toLowerCase())) carrier.delete(name)
    for (const [name, value] of fields) carrier.set(name, value)
  } else {
    for (const name of Object.keys(carrier))
      if (outdated.has(name.toLowerCase())) Reflect.deleteProperty(carrier, name)
    Object.assign(carrier, Object.fromEntries(fields))
  }
}

/** `Map` and `Headers`, of whichever realm or package. */
interface Collection {
  keys(): Iterable<string>
  delete(name: string): unknown
  set(name: string, value: string): unknown
}

function isCollection(carrier: object): carrier is Collection {
  return ['keys', 'delete', 'set'].every((method) => typeof Reflect.get(carrier, method) === 'function')
}
