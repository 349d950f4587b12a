/** Buckets for each power of two: a duration is known to within 1/32 of itself. */
const perPower = 16
/** Durations end below 2^63. */
const bucketCount = 62 * perPower
/** A bucket and its count as they are kept. */
const pairBytes = 6

/**
 * Counts durations in buckets whose width grows with the duration, so that percentiles of any mix of histograms can be told
 * to within 3.2 %. Adding and taking away are exact inverses.
 */
export class DurationHistogram {
  /** Count for each bucket. Below 0 while what is to be taken away waits for what it is taken from. */
  readonly #counts = new Int32Array(bucketCount)
  #total = 0
  /** Buckets below {@link bucketCount} that may hold something lie from here… */
  #lowest = bucketCount
  /** …to here. */
  #highest = -1

  get total(): number {
    return this.#total
  }

  /** `nanos` below 0 count as 0. */
  add(nanos: number, count = 1): void {
    this.#addBucket(bucketOf(nanos), count)
  }

  /** The duration that each of `fractions` (0…1, ascending) of all durations do not exceed, in nanoseconds; 0 when there are none. */
  quantiles(fractions: readonly number[]): number[] {
    let seen = 0
    let bucket = -1
    return fractions.map((fraction) => {
      if (this.#total === 0) return 0
      const rank = Math.max(1, Math.ceil(fraction * this.#total))
      while (seen < rank && bucket < bucketCount - 1) seen += this.#counts[++bucket] as number
      return middleOf(bucket)
    })
  }

  /** For keeping: buckets that hold something, 2 bytes, with their counts, 4 bytes, little-endian. */
  encode(): Uint8Array {
    const used: number[] = []
    for (let bucket = this.#lowest; bucket <= this.#highest; bucket++)
      if (this.#counts[bucket] !== 0) used.push(bucket)
    const bytes = new Uint8Array(used.length * pairBytes)
    const view = new DataView(bytes.buffer)
    used.forEach((bucket, index) => {
      view.setUint16(index * pairBytes, bucket, true)
      view.setUint32(index * pairBytes + 2, this.#counts[bucket] as number, true)
    })
    return bytes
  }

  /** Adds what {@link encode} gave. */
  addEncoded(bytes: Uint8Array): void {
    const counts = this.#counts
    for (let at = 0; at < bytes.length; at += pairBytes) {
      const bucket = (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
      const low =
        (bytes[at + 2] as number) | ((bytes[at + 3] as number) << 8) | ((bytes[at + 4] as number) << 16)
      const count = low + (bytes[at + 5] as number) * 2 ** 24
      counts[bucket] = (counts[bucket] as number) + count
      this.#total += count
      if (bucket < this.#lowest) this.#lowest = bucket
      if (bucket > this.#highest) this.#highest = bucket
    }
  }

  /** Forgets everything, so that its memory can be used again. */
  clear(): void {
    if (this.#highest >= 0) this.#counts.fill(0, this.#lowest, this.#highest + 1)
    this.#total = 0
    this.#lowest = bucketCount
    this.#highest = -1
  }

  #addBucket(bucket: number, count: number): void {
    this.#counts[bucket] = (this.#counts[bucket] as number) + count
    this.#total += count
    if (bucket < this.#lowest) this.#lowest = bucket
    if (bucket > this.#highest) this.#highest = bucket
  }
}

/** Below `perPower` every nanosecond has its own bucket; above, each power of two is cut into `perPower`. */
function bucketOf(nanos: number): number {
  if (!(nanos >= 1)) return 0
  if (nanos < perPower) return Math.floor(nanos)
  const power = Math.floor(Math.log2(nanos))
  // log2 rounds up just below a power of two.
  const exponent = 2 ** power > nanos ? power - 1 : power
  return (exponent - 3) * perPower + Math.floor((nanos / 2 ** exponent - 1) * perPower)
}

function middleOf(bucket: number): number {
  if (bucket < perPower) return bucket
  const exponent = Math.floor(bucket / perPower) + 3
  const low = 2 ** exponent * (1 + (bucket % perPower) / perPower)
  return low + 2 ** exponent / perPower / 2
}
