import type { Context } from '@opentelemetry/api'
import { ROOT_CONTEXT } from '@opentelemetry/api'

/** A value is looked for from the newest on: what has more values than these goes on as the API's own context, a map. */
const MAX_LENGTH = 8

/**
 * A context that holds one value and the context it was made from. The API's own copies a map, and makes three functions,
 * for each value it is given; a request's context is given three to five of them, and is asked for few.
 */
class RequestContext implements Context {
  readonly #key: symbol | undefined
  readonly #value: unknown
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
