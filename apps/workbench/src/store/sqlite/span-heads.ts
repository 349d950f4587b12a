import { nibbles } from './nibbles.ts'

/** Bytes of one span in a chunk's heads. */
export const headSize = 56

/** What searching needs of a span; everything else is in the segment's body. */
export type SpanHead = {
  /** 16 lowercase hex digits. */
  spanId: string
  /** As sent: 0 is kept for a root and for what is not 16 hex digits. */
  parentSpanId: string
  /** Nanoseconds since the Unix epoch. */
  start: bigint
  /** Nanoseconds, end minus start. */
  duration: bigint
  operation: number
  resource: number
  scope: number
  flags: number
  /** Where the span ends, counted from where the chunk's first span begins; it begins where the one before it ends. */
  bodyEnd: number
}

/** Bits of {@link SpanHead.flags}; `status` holds the status code, unknown codes as 0. */
export const headFlag = { status: 3, hasLink: 4, root: 8 } as const

/** Appends heads to a reused buffer. */
export class HeadsWriter {
  #bytes = Buffer.alloc(512 * headSize)
  #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset)
  count = 0

  clear(): void {
    this.count = 0
  }

  push(head: SpanHead): void {
    const at = this.count++ * headSize
    if (at + headSize > this.#bytes.length) {
      const grown = Buffer.alloc(this.#bytes.length * 2)
      this.#bytes.copy(grown)
      this.#bytes = grown
      this.#view = new DataView(grown.buffer, grown.byteOffset)
    }
    const view = this.#view
    this.#writeId(at, head.spanId)
    this.#writeId(at + 8, head.parentSpanId)
    view.setBigUint64(at + 16, head.start, true)
    view.setBigInt64(at + 24, head.duration, true)
    view.setUint32(at + 32, head.operation, true)
    view.setUint32(at + 36, head.resource, true)
    view.setUint32(at + 40, head.scope, true)
    view.setUint32(at + 44, head.flags, true)
    view.setUint32(at + 48, head.bodyEnd, true)
  }

  #writeId(at: number, id: string): void {
    const bytes = this.#bytes
    if (id.length !== 16) {
      bytes.fill(0, at, at + 8)
      return
    }
    for (let index = 0; index < 8; index++) {
      const high = nibbles[id.charCodeAt(index * 2)] as number
      const low = nibbles[id.charCodeAt(index * 2 + 1)] as number
      bytes[at + index] = (high << 4) | low
    }
  }

  /** What was pushed since the last clear; valid until the next push. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.count * headSize)
  }
}

/** Reads heads without making objects of them. */
export class HeadsReader {
  readonly count: number
  readonly #view: DataView

  constructor(bytes: Uint8Array) {
    this.count = bytes.byteLength / headSize
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  spanId(index: number): bigint {
    return this.#view.getBigInt64(index * headSize)
  }
  /** 0 for a root, and for a parent id that is not 8 bytes. */
  parentSpanId(index: number): bigint {
    return this.#view.getBigInt64(index * headSize + 8)
  }
  start(index: number): bigint {
    return this.#view.getBigUint64(index * headSize + 16, true)
  }
  duration(index: number): bigint {
    return this.#view.getBigInt64(index * headSize + 24, true)
  }
  operation(index: number): number {
    return this.#view.getUint32(index * headSize + 32, true)
  }
  resource(index: number): number {
    return this.#view.getUint32(index * headSize + 36, true)
  }
  scope(index: number): number {
    return this.#view.getUint32(index * headSize + 40, true)
  }
  flags(index: number): number {
    return this.#view.getUint32(index * headSize + 44, true)
  }
  bodyStart(index: number): number {
    return index === 0 ? 0 : this.bodyEnd(index - 1)
  }
  bodyEnd(index: number): number {
    return this.#view.getUint32(index * headSize + 48, true)
  }
}
