import type { Attributes } from '@opentelemetry/api'
import { cleanAttributes } from '@opentelemetry/core'

/** Limits of a set of attributes. */
export interface AttributeLimits {
  readonly attributeCountLimit: number
  /** In characters, or in bytes of a byte array. */
  readonly attributeValueLengthLimit: number
}

/** Attributes that a span can hold, and how many were none. */
export interface CleanAttributes {
  readonly attributes: Attributes
  readonly dropped: number
}

const NO_LIMITS: AttributeLimits = {
  attributeCountLimit: Number.POSITIVE_INFINITY,
  attributeValueLengthLimit: Number.POSITIVE_INFINITY,
}

const NONE_DROPPED = 0

/** A copy of what an application gives, without what OpenTelemetry has no attributes for, as far as it keeps to the limits. */
export function copyAttributes(
  given: Attributes | undefined,
  limits: AttributeLimits = NO_LIMITS,
): CleanAttributes {
  if (typeof given !== 'object' || given === null) return { attributes: {}, dropped: NONE_DROPPED }
  // As it is: the engine copies an object of a shape that it knows at once, and one key after the other much slower.
  const attributes = { ...given }
  return isPlain(attributes) ? limitAttributes(attributes, limits) : cleanWithin(given, limits)
}

/** The same attributes as far as they keep to the limits: most do, and stay the object that they are. */
export function limitAttributes(attributes: Attributes, limits: AttributeLimits): CleanAttributes {
  const isWithin =
    limits.attributeValueLengthLimit === Number.POSITIVE_INFINITY &&
    countAttributes(attributes) <= limits.attributeCountLimit
  return isWithin ? { attributes, dropped: NONE_DROPPED } : cleanWithin(attributes, limits)
}

export function countAttributes(attributes: Attributes): number {
  let count = 0
  for (const _ in attributes) count++
  return count
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
export function cleanWithin(given: Attributes, limits: AttributeLimits): CleanAttributes {
  const { attributes = {}, droppedAttributesCount = NONE_DROPPED } = cleanAttributes(given, limits)
  return { attributes, dropped: droppedAttributesCount }
}
