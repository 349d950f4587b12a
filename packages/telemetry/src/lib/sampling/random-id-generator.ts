import { randomFillSync } from 'node:crypto'
import { INVALID_SPANID, INVALID_TRACEID } from '@opentelemetry/api'

/** Lengths in hexadecimal digits. */
const TRACE_ID = 32
const SPAN_ID = 16
const RANDOMNESS = 14

/** Random bytes fetched at once: the ids of about 340 root spans. */
const POOL_BYTES = 8192

/**
 * Makes trace and span ids that are random throughout, from the system's cryptographic source: nobody can foresee them,
 * and sampling may go by them. As the specification has it, a trace whose id is from here has the W3C `random` flag.
 *
 * Source: OpenTelemetry specification, trace/sdk.md, "TraceID randomness" and "IdGenerator randomness".
 */
export class RandomIdGenerator {
  readonly #fill: (bytes: Uint8Array) => unknown
  readonly #pool = Buffer.alloc(POOL_BYTES)
  /** The characters of its hexadecimal digits. */
  readonly #digits = Buffer.alloc(2 * POOL_BYTES)
  #used = 2 * POOL_BYTES

  /** @param fill overwrites bytes with random ones */
  constructor(fill: (bytes: Uint8Array) => unknown = randomFillSync) {
    this.#fill = fill
  }

  /** 32 hexadecimal digits, not all of them zeros. */
  generateTraceId(): string {
    const at = this.#take(TRACE_ID)
    const d = this.#digits
    // Half of the cost of `toString`, which leaves the engine, and a third where it is a span's.
    const id = String.fromCharCode(
      d[at] as number,
      d[at + 1] as number,
      d[at + 2] as number,
      d[at + 3] as number,
      d[at + 4] as number,
      d[at + 5] as number,
      d[at + 6] as number,
      d[at + 7] as number,
      d[at + 8] as number,
      d[at + 9] as number,
      d[at + 10] as number,
      d[at + 11] as number,
      d[at + 12] as number,
      d[at + 13] as number,
      d[at + 14] as number,
      d[at + 15] as number,
      d[at + 16] as number,
      d[at + 17] as number,
      d[at + 18] as number,
      d[at + 19] as number,
      d[at + 20] as number,
      d[at + 21] as number,
      d[at + 22] as number,
      d[at + 23] as number,
      d[at + 24] as number,
      d[at + 25] as number,
      d[at + 26] as number,
      d[at + 27] as number,
      d[at + 28] as number,
      d[at + 29] as number,
      d[at + 30] as number,
      d[at + 31] as number,
    )
    return id === INVALID_TRACEID ? this.generateTraceId() : id
  }

  /** 16 hexadecimal digits, not all of them zeros. */
  generateSpanId(): string {
    const at = this.#take(SPAN_ID)
    const d = this.#digits
    const id = String.fromCharCode(
      d[at] as number,
      d[at + 1] as number,
      d[at + 2] as number,
      d[at + 3] as number,
      d[at + 4] as number,
      d[at + 5] as number,
      d[at + 6] as number,
      d[at + 7] as number,
      d[at + 8] as number,
      d[at + 9] as number,
      d[at + 10] as number,
      d[at + 11] as number,
      d[at + 12] as number,
      d[at + 13] as number,
      d[at + 14] as number,
      d[at + 15] as number,
    )
    return id === INVALID_SPANID ? this.generateSpanId() : id
  }

  /** 56 random bits in 14 hexadecimal digits, as in `rv`. */
  generateRandomness(): string {
    return this.#text(RANDOMNESS)
  }

  #text(digits: number): string {
    const at = this.#take(digits)
    // Not one text of the whole pool to cut ids from: each of them would hold on to all of it.
    return this.#digits.toString('latin1', at, at + digits)
  }

  /** Where so many digits are that nobody has had. */
  #take(digits: number): number {
    if (this.#used + digits > this.#digits.length) {
      this.#fill(this.#pool)
      this.#digits.write(this.#pool.toString('hex'), 'latin1')
      this.#used = 0
    }
    const at = this.#used
    this.#used += digits
    return at
  }
}
