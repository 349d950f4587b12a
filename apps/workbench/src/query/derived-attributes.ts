import type { Attributes, AttributeValue } from '../api/contract.ts'
import type { SpanKind } from '../model/stored-span.ts'
import { attributeRenames, newerValues, olderValue, sideOf } from './attribute-renames.ts'

/** An attribute that was not sent and follows from others that were. */
export type DerivedAttribute = {
  readonly key: string
  readonly value: AttributeValue
  readonly from: readonly string[]
}

/** The older and newer names of what was sent. Nothing that was sent is derived, and nothing from what is derived. */
export function derivedAttributes(sent: Attributes, kind: SpanKind): DerivedAttribute[] {
  const derived = new Map<string, DerivedAttribute>()
  const derive = (key: string, value: AttributeValue | undefined, from: readonly string[]): void => {
    if (value !== undefined && !Object.hasOwn(sent, key) && !derived.has(key))
      derived.set(key, { key, value, from })
  }
  const side = sideOf(kind)
  for (const rename of attributeRenames) {
    if (rename.side !== undefined && rename.side !== side) continue
    const older = attributeOf(sent, rename.older)
    if (older !== undefined) {
      const values = newerValues(rename, older)
      for (const [index, key] of rename.newer.entries()) derive(key, values[index], [rename.older])
      continue
    }
    const newer = rename.newer.map((key) => attributeOf(sent, key))
    derive(
      rename.older,
      olderValue(rename, newer),
      rename.newer.filter((_, index) => newer[index] !== undefined),
    )
  }
  return [...derived.values()]
}

/** `Object.prototype` has members that nobody sent. */
const attributeOf = (sent: Attributes, key: string): AttributeValue | undefined =>
  Object.hasOwn(sent, key) ? sent[key] : undefined
