import type { Attributes } from '@opentelemetry/api'
import { cleanAttributes } from '@opentelemetry/core'

/** Limits of a set of attributes. */
export interface AttributeLimits {
  readonly attributeCountLimit: number
  /** In characters, or in bytes of a byte array. */
  readonly attributeValueLengthLimit: number
}

/** Attributes that a span can hold: how many they are, and how many were none or too many. */
export interface CleanAttributes {
  readonly attributes: Attributes
  readonly count: number
  readonly dropped: number
}

const NO_LIMITS: AttributeLimits = {
  attributeCountLimit: Number.POSITIVE_INFINITY,
  attributeValueLengthLimit: Number.POSITIVE_INFINITY,
}

/** A copy of what an application gives, without what OpenTelemetry has no attributes for, as far as it keeps to the limits. */
export function copyAttributes(
  given: Attributes | undefined,
  limits: AttributeLimits = NO_LIMITS,
): CleanAttributes {
  if (typeof given !== 'object' || given === null) return { attributes: {}, count: 0, dropped: 0 }
  // As it is: the engine copies an object of a shape that it knows at once, and one key after the other much slower.
  const attributes = { ...given }
  return isPlain(attributes) ? limitAttributes(ownAttributes(attributes), limits) : cleanWithin(given, limits)
}

/** The same object. All of its values are primitive, and no key is empty. */
export function ownAttributes(attributes: Attributes): CleanAttributes {
  let count = 0
  for (const _ in attributes) count++
  return { attributes, count, dropped: 0 }
}

/** The same attributes as far as they keep to the limits: most do, and stay the object that they are. */
export function limitAttributes(own: CleanAttributes, limits: AttributeLimits): CleanAttributes {
  const isWithin =
    limits.attributeValueLengthLimit === Number.POSITIVE_INFINITY && own.count <= limits.attributeCountLimit
  if (isWithin) return own
  return addAttributes(own, {}, limits)
}

/** Adds what a sampler says to a span's own attributes. */
export function addAttributes(
  { attributes, dropped }: CleanAttributes,
  more: Attributes,
  limits: AttributeLimits,
): CleanAttributes {
  const all = cleanWithin(Object.assign(attributes, more), limits)
  return { ...all, dropped: dropped + all.dropped }
}

/** Whether a value is one of the three kinds that nearly all are, and that nobody can change from outside. */
export function isPrimitive(value: unknown): value is string | number | boolean {
  const type = typeof value
  return type === 'string' || type === 'number' || type === 'boolean'
}

function isPlain(attributes: Attributes): boolean {
  for (const key in attributes) if (key === '' || !isPrimitive(attributes[key])) return false
  return true
}

/** A copy as OpenTelemetry's core makes it: without what are no attributes, and within the limits. */
function cleanWithin(given: Attributes, limits: AttributeLimits): CleanAttributes {
  const { attributes = {}, droppedAttributesCount = 0 } = cleanAttributes(given, limits)
  return { ...ownAttributes(attributes), dropped: droppedAttributesCount }
}
