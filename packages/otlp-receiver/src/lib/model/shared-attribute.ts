import type { AnyValue, KeyValue } from './any-value.ts'

/** Numbers of {@link sharedSlotOf} are below this, a power of two. */
export const sharedAttributeSlots = 4096

/** An attribute that many spans have, decoded once for all of them. */
export class SharedAttribute implements KeyValue {
  readonly key: string
  readonly value: AnyValue
  readonly #slot: number

  constructor(key: string, value: AnyValue, slot: number) {
    this.key = key
    this.value = value
    this.#slot = slot
  }

  static slotOf(attribute: KeyValue): number {
    return #slot in attribute ? attribute.#slot : -1
  }
}

/**
 * The slot of an attribute that its decoder gives to every span that has it, −1 for one that it has made for a single span.
 *
 * Whoever derives something from attributes may keep it in as many slots: it holds as long as the object there is the same, and a
 * decoder that hands a slot on makes another object. Several decoders use the same numbers.
 */
export const sharedSlotOf = (attribute: KeyValue): number => SharedAttribute.slotOf(attribute)
