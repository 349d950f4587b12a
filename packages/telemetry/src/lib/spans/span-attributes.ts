import type { Attributes } from '@opentelemetry/api'
import { cleanAttributes } from '@opentelemetry/core'

/** Limits of a set of attributes. */
export interface AttributeLimits {
  readonly attributeCountLimit: number
  /** In characters, or in bytes of a byte array. */
  readonly attributeValueLengthLimit: number
}

/** Attributes that a span can hold, and how many of those that were given it cannot. */
export interface CopiedAttributes {
  readonly attributes: Attributes
  readonly dropped: number
  /** How many they are at the most, where that is known. */
  readonly atMost?: number
}

/** The same within limits. */
export interface CleanAttributes extends CopiedAttributes {
  readonly atMost: number
}

const NO_LIMITS: AttributeLimits = {
  attributeCountLimit: Number.POSITIVE_INFINITY,
  attributeValueLengthLimit: Number.POSITIVE_INFINITY,
}

/** A copy of what an application gives, without what OpenTelemetry has no attributes for, within limits if there are any. */
export function copyAttributes(given: Attributes | undefined, limits?: AttributeLimits): CopiedAttributes {
  if (typeof given !== 'object' || given === null) return { attributes: {}, dropped: 0 }
  // As it is: the engine copies an object of a shape that it knows at once, and one key after the other much slower.
  const attributes = { ...given }
  if (!isPlain(attributes)) return cleanWithin(given, limits ?? NO_LIMITS)
  const copied = { attributes, dropped: 0 }
  return limits === undefined ? copied : limitAttributes(copied, limits)
}

/** The same attributes as far as they keep to the limits: most do, and stay the object that they are. */
export function limitAttributes(copied: CopiedAttributes, limits: AttributeLimits): CleanAttributes {
  const { attributes, dropped, atMost = countAttributes(attributes) } = copied
  const isWithin =
    limits.attributeValueLengthLimit === Number.POSITIVE_INFINITY && atMost <= limits.attributeCountLimit
  return isWithin ? { attributes, atMost, dropped } : cleanAgain(copied, limits)
}

/** Adds what a sampler says, which may be anything, to a span's own attributes. */
export function addAttributes(
  { attributes, dropped }: CopiedAttributes,
  more: Attributes,
  limits: AttributeLimits,
): CleanAttributes {
  return cleanAgain({ attributes: Object.assign(attributes, more), dropped }, limits)
}

function cleanAgain({ attributes, dropped }: CopiedAttributes, limits: AttributeLimits): CleanAttributes {
  const clean = cleanWithin(attributes, limits)
  return {
    attributes: clean.attributes,
    atMost: countAttributes(clean.attributes),
    dropped: dropped + clean.dropped,
  }
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
function cleanWithin(given: Attributes, limits: AttributeLimits): CopiedAttributes {
  const { attributes = {}, droppedAttributesCount = 0 } = cleanAttributes(given, limits)
  return { attributes, dropped: droppedAttributesCount }
}
