import type { Attributes } from '@opentelemetry/api'

/** The same attributes if all have values, else a copy of those that do: removing one makes an object slow for good. */
export function withoutMissing(attributes: Attributes): Attributes {
  for (const key in attributes) {
    if (attributes[key] === undefined) {
      return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined))
    }
  }
  return attributes
}
