import type { Attributes } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'

/**
 * A resource that is made when somebody looks at it, which is at the first export: for its random id Node loads
 * `node:crypto`, 5 ms and 2 MB.
 *
 * `@opentelemetry/resources` would have nobody implement its interface, as it may grow. What uses this is bundled with it.
 */
export class LateResource implements Resource {
  readonly schemaUrl: string
  readonly #make: () => Resource
  #made: Resource | undefined

  /** @param make a resource that waits for nothing, of the same schema. Is called once. */
  constructor(schemaUrl: string, make: () => Resource) {
    this.schemaUrl = schemaUrl
    this.#make = make
  }

  get attributes(): Attributes {
    return this.#resource.attributes
  }

  get asyncAttributesPending(): boolean {
    return false
  }

  merge(other: Resource | null): Resource {
    return this.#resource.merge(other)
  }

  getRawAttributes(): ReturnType<Resource['getRawAttributes']> {
    return this.#resource.getRawAttributes()
  }

  get #resource(): Resource {
    this.#made ??= this.#make()
    return this.#made
  }
}
