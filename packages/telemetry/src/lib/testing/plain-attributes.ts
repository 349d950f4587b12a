import type { PlainAttributes } from './span-record.ts'
import type { AttributesSource, KeyValue } from './span-source.ts'

/** Attributes as a plain object, from a plain object or a list of typed values. */
export function plainAttributes(source: AttributesSource | undefined): PlainAttributes {
  if (source === undefined) return {}
  return isList(source)
    ? Object.fromEntries(source.map(({ key, value }) => [key, plainValue(value)]))
    : source
}

function isList(source: AttributesSource): source is readonly KeyValue[] {
  return Array.isArray(source)
}

/** The `AnyValue` of OTLP's JSON encoding; `type` and `value` where a decoder has replaced it. */
interface TypedValue {
  readonly type?: string
  readonly value?: unknown
  readonly stringValue?: unknown
  readonly boolValue?: unknown
  readonly intValue?: string | number | bigint
  readonly doubleValue?: string | number
  readonly bytesValue?: string
  readonly arrayValue?: { readonly values?: readonly unknown[] }
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] }
}

function plainValue(typed: unknown): unknown {
  if (typeof typed !== 'object' || typed === null) return null
  const { type, value, intValue, doubleValue, bytesValue, arrayValue, kvlistValue, ...text }: TypedValue =
    typed
  if (type === 'array' && Array.isArray(value)) return value.map(plainValue)
  if (type === 'kvlist' && Array.isArray(value)) return plainAttributes(value)
  if (type !== undefined) return typeof value === 'bigint' ? plainInteger(value) : value
  if (intValue !== undefined) return plainInteger(BigInt(intValue))
  if (doubleValue !== undefined) return Number(doubleValue)
  if (bytesValue !== undefined) return new Uint8Array(Buffer.from(bytesValue, 'base64'))
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(plainValue)
  if (kvlistValue !== undefined) return plainAttributes(kvlistValue.values)
  return text.stringValue ?? text.boolValue ?? null
}

function plainInteger(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}
