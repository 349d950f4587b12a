import { gunzipSync } from 'node:zlib'
import { decodeTraces } from '@linked-traces/otlp-receiver'

/** One request to the sink, as it came. */
export interface SinkRequest {
  readonly path: string
  readonly contentType: string
  readonly gzip: boolean
  readonly body: Buffer
}

/** How many spans a request brings, in OTLP (JSON, protobuf), a Sentry envelope, or Datadog's traces (msgpack, v0.4). */
export function countSpans({ path, contentType, gzip, body: received }: SinkRequest): number {
  if (received.length === 0) return 0
  const body = gzip ? gunzipSync(received) : received
  if (path.endsWith('/v1/traces')) return countOtlp(body, contentType)
  if (path.includes('/envelope/')) return countEnvelope(body)
  if (path.endsWith('/v0.4/traces')) return new MsgpackReader(body).countSpans()
  return 0
}

function countOtlp(body: Buffer, contentType: string): number {
  const { request } = decodeTraces(body, contentType.includes('json') ? 'json' : 'protobuf')
  return request.resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans)
    .reduce((sum, { spans }) => sum + spans.length, 0)
}

/** https://develop.sentry.dev/sdk/data-model/envelopes/: a transaction is a span itself, and holds the others. */
function countEnvelope(body: Buffer): number {
  const lines = body.toString().split('\n')
  let spans = 0
  for (let at = 1; at + 1 < lines.length; at += 2) {
    const header = JSON.parse(lines[at] ?? '{}') as { type?: string; item_count?: number }
    if (header.type === 'transaction') {
      const { spans: inner = [] } = JSON.parse(lines[at + 1] ?? '{}') as { spans?: readonly unknown[] }
      spans += 1 + inner.length
    } else if (header.type === 'span') spans += header.item_count ?? 1
  }
  return spans
}

/** Bytes after the type: nil, booleans, floats, integers. */
const FIXED_LENGTHS: ReadonlyMap<number, number> = new Map([
  [0xc0, 0],
  [0xc2, 0],
  [0xc3, 0],
  [0xca, 4],
  [0xcb, 8],
  [0xcc, 1],
  [0xcd, 2],
  [0xce, 4],
  [0xcf, 8],
  [0xd0, 1],
  [0xd1, 2],
  [0xd2, 4],
  [0xd3, 8],
])

/** Binary and strings (bytes), arrays (a value each) and maps (two). */
const COUNTED: ReadonlyMap<number, { readonly lengthBytes: number; readonly values: 0 | 1 | 2 }> = new Map([
  [0xc4, { lengthBytes: 1, values: 0 }],
  [0xc5, { lengthBytes: 2, values: 0 }],
  [0xc6, { lengthBytes: 4, values: 0 }],
  [0xd9, { lengthBytes: 1, values: 0 }],
  [0xda, { lengthBytes: 2, values: 0 }],
  [0xdb, { lengthBytes: 4, values: 0 }],
  [0xdc, { lengthBytes: 2, values: 1 }],
  [0xdd, { lengthBytes: 4, values: 1 }],
  [0xde, { lengthBytes: 2, values: 2 }],
  [0xdf, { lengthBytes: 4, values: 2 }],
])

/** As much of https://github.com/msgpack/msgpack/blob/master/spec.md as it takes to count: an array (traces) of arrays of spans. */
class MsgpackReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  countSpans(): number {
    let spans = 0
    for (let traces = this.#arrayLength(); traces > 0; traces--) {
      const length = this.#arrayLength()
      spans += length
      for (let left = length; left > 0; left--) this.#skip()
    }
    return spans
  }

  #unsigned(bytes: number): number {
    const value = this.#bytes.readUIntBE(this.#at, bytes)
    this.#at += bytes
    return value
  }

  #arrayLength(): number {
    const type = this.#unsigned(1)
    if (type >= 0x90 && type <= 0x9f) return type & 0x0f
    if (type === 0xdc) return this.#unsigned(2)
    if (type === 0xdd) return this.#unsigned(4)
    throw new Error(
      `Expected a msgpack array at byte ${this.#at - 1}, and found type 0x${type.toString(16)}.`,
    )
  }

  #skip(): void {
    const type = this.#unsigned(1)
    if (type <= 0x7f || type >= 0xe0) return
    if (type <= 0x8f) this.#skipValues(2 * (type & 0x0f))
    else if (type <= 0x9f) this.#skipValues(type & 0x0f)
    else if (type <= 0xbf) this.#at += type & 0x1f
    else this.#skipOf(type)
  }

  /** A type that says how long it is in bytes of its own, or has one length. */
  #skipOf(type: number): void {
    const fixed = FIXED_LENGTHS.get(type)
    if (fixed !== undefined) {
      this.#at += fixed
      return
    }
    const counted = COUNTED.get(type)
    if (counted === undefined) {
      throw new Error(`A trace has no msgpack type 0x${type.toString(16)} (byte ${this.#at - 1}).`)
    }
    const length = this.#unsigned(counted.lengthBytes)
    if (counted.values === 0) this.#at += length
    else this.#skipValues(length * counted.values)
  }

  #skipValues(values: number): void {
    for (let left = values; left > 0; left--) this.#skip()
  }
}
