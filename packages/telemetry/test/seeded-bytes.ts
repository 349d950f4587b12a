/**
 * Fills bytes with the same numbers for the same seed, as random as these tests need.
 *
 * Source: Marsaglia, "Xorshift RNGs", the 32-bit generator with shifts 13, 17 and 5; its high byte.
 */
export function seededBytes(seed: number): (bytes: Uint8Array) => void {
  let state = seed
  return (bytes) => {
    for (let index = 0; index < bytes.length; index += 1) {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      bytes[index] = state >>> 24
    }
  }
}
