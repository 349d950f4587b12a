import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'

// What OpenTelemetry's own serializers write of spans, in a form to compare ours with.

export function parseJson(body: Uint8Array | undefined): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
}

/** As a tree, but for what receivers refuse: halves of surrogate pairs, and integers of more than 64 bits. */
export function stockJson(spans: readonly ReadableSpan[]): unknown {
  return mended(parseJson(JsonTraceSerializer.serializeRequest([...spans])))
}

function mended(tree: unknown): unknown {
  if (typeof tree === 'string') return tree.toWellFormed()
  if (Array.isArray(tree)) return tree.map(mended)
  if (typeof tree !== 'object' || tree === null) return tree
  if ('intValue' in tree && !isInt64(Number(tree.intValue))) return { doubleValue: tree.intValue }
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, mended(value)]))
}

const isInt64 = (value: number) => value >= -(2 ** 63) && value < 2 ** 63

/** As bytes, without the defaults that it writes, and with scopes of one name, version and schema as one. */
export function stockProtobuf(spans: readonly ReadableSpan[]): Buffer {
  const scopes = new Map<string, ReadableSpan['instrumentationScope']>()
  const unified = spans.map((span): ReadableSpan => {
    const { name, version, schemaUrl } = span.instrumentationScope
    const key = JSON.stringify([name, version || '', schemaUrl || ''])
    const instrumentationScope = scopes.get(key) ?? span.instrumentationScope
    scopes.set(key, instrumentationScope)
    return { ...span, instrumentationScope }
  })
  return withoutDefaults(ProtobufTraceSerializer.serializeRequest(unified) ?? new Uint8Array(), REQUEST)
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
