import type { EncodedBatch } from './encoded-batch.ts'
import { LENGTH_DELIMITED, protobufFields } from './protobuf-fields.ts'

/** Two batches in place of an encoded one that is too large for a backend; none when it has one span, or cannot be read. */
export function halveBatch({ spans, encoding, body }: EncodedBatch): EncodedBatch[] {
  if (spans < 2) return []
  const middle = Math.ceil(spans / 2)
  try {
    const cut = encoding === 'json' ? cutJson : cutProtobuf
    return [
      { spans: middle, encoding, body: cut(body, 0, middle) },
      { spans: spans - middle, encoding, body: cut(body, middle, spans) },
    ]
  } catch {
    return []
  }
}

interface JsonRequest {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly unknown[] }[]
  }[]
}

/** The request with the spans from one position to before another, counted through all of its lists. */
function cutJson(body: Uint8Array, from: number, to: number): Uint8Array {
  const { resourceSpans }: JsonRequest = JSON.parse(Buffer.from(body).toString())
  let position = 0
  const kept = resourceSpans.map((resource) => ({
    ...resource,
    scopeSpans: resource.scopeSpans
      .map((scope) => ({
        ...scope,
        spans: scope.spans.filter(() => isWithin(position++, from, to)),
      }))
      .filter((scope) => scope.spans.length > 0),
  }))
  return Buffer.from(
    JSON.stringify({ resourceSpans: kept.filter((resource) => resource.scopeSpans.length > 0) }),
  )
}

/** Field numbers of the lists on the way to the spans: `resource_spans`, `scope_spans`, `spans` (trace.proto, trace_service.proto). */
const PATH = [1, 2, 2]

/** The same of a protobuf request: all that is in the three messages has a length. What is not a span, and on no way to one, stays as it is. */
function cutProtobuf(body: Uint8Array, from: number, to: number): Uint8Array {
  let position = 0
  const cut = (message: Uint8Array, depth: number): Uint8Array | undefined => {
    const parts: Uint8Array[] = []
    let kept = 0
    for (const { field, wireType, whole, content } of protobufFields(message)) {
      if (wireType !== LENGTH_DELIMITED) throw new Error(`Nothing is known of wire type ${wireType} here.`)
      if (field !== PATH[depth]) {
        parts.push(whole)
        continue
      }
      const inner = depth < PATH.length - 1 ? cut(content, depth + 1) : content
      if (inner === undefined || (inner === content && !isWithin(position++, from, to))) continue
      kept++
      parts.push(varint((field << 3) | LENGTH_DELIMITED), varint(inner.byteLength), inner)
    }
    return kept === 0 ? undefined : Buffer.concat(parts)
  }
  const request = cut(body, 0)
  if (request === undefined) throw new Error('There are fewer spans in it than it says.')
  return request
}

function isWithin(position: number, from: number, to: number): boolean {
  return position >= from && position < to
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest])
    bytes.push((rest % 128) | 128)
  }
}
