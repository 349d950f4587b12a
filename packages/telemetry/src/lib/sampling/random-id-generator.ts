import { randomFillSync } from 'node:crypto'
import { INVALID_SPANID, INVALID_TRACEID } from '@opentelemetry/api'

const TRACE_ID_BYTES = 16
const SPAN_ID_BYTES = 8
const RANDOMNESS_BYTES = 7

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
  #used = POOL_BYTES

  /** @param fill overwrites bytes with random ones */
  constructor(fill: (bytes: Uint8Array) => unknown = randomFillSync) {
    this.#fill = fill
  }

  /** 32 hexadecimal digits, not all of them zeros. */
  generateTraceId(): string {
    const id = this.#hex(TRACE_ID_BYTES)
    return id === INVALID_TRACEID ? this.generateTraceId() : id
  }

  /** 16 hexadecimal digits, not all of them zeros. */
  generateSpanId(): string {
    const id = this.#hex(SPAN_ID_BYTES)
    return id === INVALID_SPANID ? this.generateSpanId() : id
  }

  /** 56 random bits in 14 hexadecimal digits, as in `rv`. */
  generateRandomness(): string {
    return this.#hex(RANDOMNESS_BYTES)
  }

  #hex(bytes: number): string {
    if (this.#used + bytes > POOL_BYTES) {
      this.#fill(this.#pool)
      this.#used = 0
    }
    const start = this.#used
    this.#used += bytes
    // Not one text of the whole pool to cut ids from: each of them would hold on to all of it.
    return this.#pool.toString('hex', start, this.#used)
  }
}
