import type { Context, Span } from '@opentelemetry/api'
import { ROOT_CONTEXT } from '@opentelemetry/api'
import { RecordedSpan } from '../spans/recorded-span.ts'

/** A value is looked for from the newest on: what has more values than these goes on as the API's own context, a map. */
const MAX_LENGTH = 8

/**
 * A context that holds one value and the context it was made from. The API's own copies a map, and makes three functions,
 * for each value it is given; a request's context is given three to five of them, and is asked for few.
 */
class RequestContext implements Context {
  readonly #key: symbol | undefined
  #value: unknown
  readonly #parent: RequestContext | undefined
  readonly #length: number

  constructor(key?: symbol, value?: unknown, parent?: RequestContext) {
    this.#key = key
    this.#value = value
    this.#parent = parent
    this.#length = parent === undefined ? 0 : parent.#length + 1
  }

  getValue(key: symbol): unknown {
    let context: RequestContext | undefined = this
    while (context !== undefined) {
      if (context.#key === key) return context.#value
      context = context.#parent
    }
    return undefined
  }

  setValue(key: symbol, value: unknown): Context {
    return this.#length < MAX_LENGTH
      ? new RequestContext(key, value, this)
      : this.#asMap().setValue(key, value)
  }

  /** Has this context, and those it was made from, hold another value in place of one. */
  replace(value: unknown, by: unknown): void {
    let context: RequestContext | undefined = this
    while (context !== undefined) {
      if (context.#value === value) context.#value = by
      context = context.#parent
    }
  }

  deleteValue(key: symbol): Context {
    return this.setValue(key, undefined)
  }

  #asMap(): Context {
    const outer = this.#parent === undefined ? ROOT_CONTEXT : this.#parent.#asMap()
    return this.#key === undefined ? outer : outer.setValue(this.#key, this.#value)
  }
}

/** The empty context that every request's begins with. */
export const REQUEST_ROOT: Context = new RequestContext()

/**
 * Has the contexts of a request hold no more of a span of ours that has ended than what its traces need: what the request
 * has begun holds on to them, a `fetch` for as long as V8 does not look at all of its memory.
 *
 * @returns what is there in its place
 */
export function releaseSpan(context: Context, span: Span): Span {
  if (!(span instanceof RecordedSpan) || !(context instanceof RequestContext)) return span
  const remains = span.remains()
  context.replace(span, remains)
  return remains
}
