import { sharedAttributeSlots } from '@linked-traces/otlp-receiver'
import type { KeyValue } from '../../model/span.ts'
import type { BlockFilter } from './block-filter.ts'
import type { ProtobufWriter } from './protobuf-writer.ts'

/** Bytes of an encoded attribute; of what is decoded to shared objects little is longer. A multiple of four: they are copied by words. */
const longest = 224

/**
 * Remembers how attributes were written that many spans share, and that a block's filter has them: most attributes of most spans.
 *
 * Bound: one for each slot of the decoder's, of at most 224 bytes; the attribute that has the slot now takes the place of the one before.
 */
export class SharedEncodings {
  readonly #attributes: (KeyValue | undefined)[] = new Array(sharedAttributeSlots).fill(undefined)
  readonly #bytes = new Uint8Array(sharedAttributeSlots * longest)
  readonly #view = new DataView(this.#bytes.buffer)
  readonly #lengths = new Uint8Array(sharedAttributeSlots)
  readonly #tokens = new Int32Array(sharedAttributeSlots)
  /** Of each slot the generation of the filter that has its token. */
  readonly #added = new Int32Array(sharedAttributeSlots)

  /** Appends the attribute and adds it to the filter; `false`, and nothing has happened, where it is not known. */
  write(out: ProtobufWriter, slot: number, attribute: KeyValue, filter: BlockFilter): boolean {
    if (this.#attributes[slot] !== attribute) return false
    const at = slot * longest
    out.copyFrom(this.#view, at, at + (this.#lengths[slot] as number))
    const { generation } = filter
    if (this.#added[slot] !== generation) {
      filter.add(this.#tokens[slot] as number)
      this.#added[slot] = generation
    }
    return true
  }

  /** Remembers what an attribute was encoded to, its tag included, and its token. */
  keep(slot: number, attribute: KeyValue, encoded: Uint8Array, token: number): void {
    if (encoded.byteLength > longest) return
    this.#attributes[slot] = attribute
    this.#bytes.set(encoded, slot * longest)
    this.#lengths[slot] = encoded.byteLength
    this.#tokens[slot] = token
    this.#added[slot] = 0
  }
}
