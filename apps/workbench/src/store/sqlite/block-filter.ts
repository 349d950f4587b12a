/** Bytes of one filter: at {@link mostTokens} tokens, 1 in 230 blocks is looked into in vain. Older files have some of 8,192. */
export const filterBytes = 4_096
/** Bits set for one token. */
const probes = 5
/** Tokens a block may hold; it is then complete. */
const mostTokens = 2_700
const slots = 8_192

/**
 * A Bloom filter over what is said of the spans of a block, so that a search can leave out blocks that hold no match.
 *
 * Tokens are 32-bit hashes; see the functions below.
 */
export class BlockFilter {
  readonly #bits = new Uint8Array(filterBytes)
  /** Distinct tokens so far, open addressing; 0 is an empty slot. Bound: full at {@link mostTokens}. */
  readonly #seen = new Int32Array(slots)
  #count = 0
  /** Another number each time the filter is emptied, for those who remember what they have added. */
  generation = 1

  get isFull(): boolean {
    return this.#count >= mostTokens
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  add(token: number): void {
    const key = token | 0 || 1
    const seen = this.#seen
    let slot = mix(key) & (slots - 1)
    for (;;) {
      const there = seen[slot] as number
      if (there === key) return
      if (there === 0) break
      slot = (slot + 1) & (slots - 1)
    }
    // Beyond three quarters probing gets slow; the filter still takes every token.
    if (this.#count < slots * 0.75) seen[slot] = key
    this.#count++
    setBits(this.#bits, key)
  }

  bytes(): Uint8Array {
    return this.#bits
  }

  clear(): void {
    this.#bits.fill(0)
    this.#seen.fill(0)
    this.#count = 0
    this.generation = (this.generation + 1) | 0 || 1
  }
}

/** Whether a block with this filter may hold `token`; never false when it does. */
export function mayHold(filter: Uint8Array, token: number): boolean {
  return bitsOf(token, filter.length).every((bit) => ((filter[bit >>> 3] as number) & (1 << (bit & 7))) !== 0)
}

/** The bits that are set in a filter of so many bytes, a power of two, when it may hold `token`. */
export function bitsOf(token: number, bytes = filterBytes): number[] {
  const key = token | 0 || 1
  const step = mix(key ^ 0x5bd1e995) | 1
  const bits: number[] = []
  let hash = mix(key)
  for (let probe = 0; probe < probes; probe++) {
    bits.push(hash & (bytes * 8 - 1))
    hash = (hash + step) | 0
  }
  return bits
}

function setBits(filter: Uint8Array, key: number): void {
  const step = mix(key ^ 0x5bd1e995) | 1
  let hash = mix(key)
  for (let probe = 0; probe < probes; probe++) {
    const bit = hash & (filterBytes * 8 - 1)
    filter[bit >>> 3] = (filter[bit >>> 3] as number) | (1 << (bit & 7))
    hash = (hash + step) | 0
  }
}

/** Token of a span attribute, from the bytes of its `KeyValue` message. */
export const attributeToken = (bytes: Uint8Array, start: number, end: number): number =>
  hashBytes(bytes, start, end, 0x811c9dc5)

/** Token of a link's attribute, from the bytes of its `KeyValue` message. */
export const linkAttributeToken = (bytes: Uint8Array, start: number, end: number): number =>
  hashBytes(bytes, start, end, 0x01000193)

export const operationToken = (id: number): number => mix(id ^ 0x2f0b4c47)
export const resourceToken = (id: number): number => mix(id ^ 0x6a09e667)
/** Some span of the block has an error. */
export const errorToken = 0x3c6ef372
/** Some span of the block has a link. */
export const linkToken = 0x510e527f

/** FNV-1a: the keys are short and nobody gains by making them collide, a collision only costs a look. */
function hashBytes(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let hash = seed
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ (bytes[index] as number), 0x01000193)
  return hash
}

/** The finaliser of MurmurHash3. */
function mix(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
