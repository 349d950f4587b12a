import { randomFillSync } from 'node:crypto'
import { INVALID_SPANID, INVALID_TRACEID } from '@opentelemetry/api'

const TRACE_ID_BYTES = 16
const SPAN_ID_BYTES = 8
const RANDOMNESS_BYTES = 7

/** The characters of the hexadecimal digits. */
const DIGITS = Buffer.from('0123456789abcdef')

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
  /** The characters of the one that is being made. */
  readonly #traceId = zeros(2 * TRACE_ID_BYTES)
  readonly #spanId = zeros(2 * SPAN_ID_BYTES)
  readonly #randomness = zeros(2 * RANDOMNESS_BYTES)

  /** @param fill overwrites bytes with random ones */
  constructor(fill: (bytes: Uint8Array) => unknown = randomFillSync) {
    this.#fill = fill
  }

  /** 32 hexadecimal digits, not all of them zeros. */
  generateTraceId(): string {
    const id = this.#hex(this.#traceId)
    return id === INVALID_TRACEID ? this.generateTraceId() : id
  }

  /** 16 hexadecimal digits, not all of them zeros. */
  generateSpanId(): string {
    const id = this.#hex(this.#spanId)
    return id === INVALID_SPANID ? this.generateSpanId() : id
  }

  /** 56 random bits in 14 hexadecimal digits, as in `rv`. */
  generateRandomness(): string {
    return this.#hex(this.#randomness)
  }

  /**
   * As text of its own: one that is cut from a text of the whole pool would hold on to all of it. Not by `toString`, which
   * leaves the engine, and takes twice as long for a span id.
   *
   * @param characters are overwritten; as many as there are digits
   */
  #hex(characters: number[]): string {
    const { length } = characters
    if (this.#used + length / 2 > POOL_BYTES) {
      this.#fill(this.#pool)
      this.#used = 0
    }
    for (let index = 0; index < length; index += 2) {
      const byte = this.#pool[this.#used++] as number
      characters[index] = DIGITS[byte >> 4] as number
      characters[index + 1] = DIGITS[byte & 0xf] as number
    }
    return String.fromCharCode.apply(null, characters)
  }
}

function zeros(length: number): number[] {
  return new Array(length).fill(0)
}
