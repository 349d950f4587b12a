import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { expect } from 'vitest'
import { SPANS_TOGETHER } from '../src/lib/otlp/group-spans.ts'
import { protobufFields } from '../src/lib/otlp/protobuf-fields.ts'

// What OpenTelemetry's own serializers write of spans, in a form to compare ours with.

export function parseJson(body: Uint8Array | undefined): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
}

interface JsonRequest {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly unknown[] }[]
}

/**
 * As a tree, but for what receivers refuse: halves of surrogate pairs, and integers of more than 64 bits. Of each few spans the
 * scopes are written by themselves.
 */
export function stockJson(spans: readonly ReadableSpan[]): unknown {
  const requests = together(spans).map((few) => {
    const { resourceSpans } = parseJson(JsonTraceSerializer.serializeRequest(few)) as JsonRequest
    return byResource(few, resourceSpans)
  })
  const resourceSpans = joined(requests, (each) => {
    return { ...each[0], scopeSpans: each.flatMap(({ scopeSpans }) => scopeSpans) }
  })
  return mended({ resourceSpans })
}

const together = (spans: readonly ReadableSpan[]) =>
  Array.from({ length: Math.ceil(spans.length / SPANS_TOGETHER) }, (_, index) =>
    spans.slice(index * SPANS_TOGETHER, (index + 1) * SPANS_TOGETHER),
  )

/** What a request has for each of the resources of its spans; it has them in the order in which they came. */
function byResource<T>(spans: readonly ReadableSpan[], parts: readonly T[]): [Resource, T][] {
  const resources = [...new Set(spans.map(({ resource }) => resource))]
  expect(parts).toHaveLength(resources.length)
  return resources.map((resource, index) => [resource, parts[index] as T])
}

/** What several requests have for each resource, made one. */
function joined<T, Joined>(requests: readonly [Resource, T][][], join: (parts: T[]) => Joined): Joined[] {
  const parts = Map.groupBy(requests.flat(), ([resource]) => resource)
  return [...parts.values()].map((each) => join(each.map(([, part]) => part)))
}

function mended(tree: unknown): unknown {
  if (typeof tree === 'string') return tree.toWellFormed()
  if (Array.isArray(tree)) return tree.map(mended)
  if (typeof tree !== 'object' || tree === null) return tree
  if ('intValue' in tree && !isInt64(Number(tree.intValue))) return { doubleValue: tree.intValue }
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, mended(value)]))
}

const isInt64 = (value: number) => value >= -(2 ** 63) && value < 2 ** 63

/**
 * As bytes, without the defaults that it writes, and with scopes of one name, version and schema as one. Of each few spans the
 * scopes are written by themselves.
 */
export function stockProtobuf(spans: readonly ReadableSpan[]): Buffer {
  const scopes = new Map<string, ReadableSpan['instrumentationScope']>()
  const unified = spans.map((span): ReadableSpan => {
    const { name, version, schemaUrl } = span.instrumentationScope
    const key = JSON.stringify([name, version || '', schemaUrl || ''])
    const instrumentationScope = scopes.get(key) ?? span.instrumentationScope
    scopes.set(key, instrumentationScope)
    return { ...span, instrumentationScope }
  })
  const requests = together(unified).map((few) => {
    const request = ProtobufTraceSerializer.serializeRequest(few) ?? new Uint8Array()
    return byResource(few, [...protobufFields(withoutDefaults(request, REQUEST))])
  })
  return Buffer.concat(
    joined(requests, (each) => {
      const fields = each.map(({ content }) => [...protobufFields(content)])
      const all = (number: number) =>
        fields.map((some) => some.filter(({ field }) => field === number).map(({ whole }) => whole))
      const message = [...(all(1)[0] ?? []), ...all(2).flat(), ...(all(3)[0] ?? [])]
      const length = message.reduce((sum, { byteLength }) => sum + byteLength, 0)
      return Buffer.concat([Uint8Array.of((1 << 3) | 2), varint(length), ...message])
    }),
  )
}

/**
 * By field number: a message in which there may be defaults, or a field that may be one. All other fields are kept byte by
 * byte, attributes among them.
 */
interface Message {
  readonly [field: number]: Message | 'leave out if default'
}

const STATUS: Message = { 3: 'leave out if default' }
const LINK: Message = { 5: 'leave out if default' }
const EVENT: Message = { 2: 'leave out if default', 4: 'leave out if default' }
const SPAN: Message = {
  5: 'leave out if default',
  10: 'leave out if default',
  11: EVENT,
  12: 'leave out if default',
  13: LINK,
  14: 'leave out if default',
  15: STATUS,
}
const SCOPE: Message = { 1: 'leave out if default' }
const SCOPE_SPANS: Message = { 1: SCOPE, 2: SPAN }
const RESOURCE: Message = { 2: 'leave out if default' }
const RESOURCE_SPANS: Message = { 1: RESOURCE, 2: SCOPE_SPANS }
const REQUEST: Message = { 1: RESOURCE_SPANS }

function withoutDefaults(bytes: Uint8Array, message: Message): Buffer {
  const parts: Uint8Array[] = []
  let offset = 0
  const readVarint = (): number => {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = bytes[offset++] as number
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }
  while (offset < bytes.length) {
    const start = offset
    const tag = readVarint()
    const ofTag = bytes.subarray(start, offset)
    const wireType = tag & 7
    const number = wireType === 0 || wireType === 2 ? readVarint() : 0
    const from = offset
    offset += { 1: 8, 2: number, 5: 4 }[wireType] ?? 0
    const field = message[tag >>> 3]
    if (field === undefined || (field === 'leave out if default' && number > 0)) {
      parts.push(bytes.subarray(start, offset))
    } else if (typeof field === 'object') {
      const inner = withoutDefaults(bytes.subarray(from, offset), field)
      // A status without anything says what none says.
      if (field !== STATUS || inner.length > 0) parts.push(ofTag, varint(inner.length), inner)
    }
  }
  return Buffer.concat(parts)
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest])
    bytes.push((rest % 128) | 128)
  }
}
