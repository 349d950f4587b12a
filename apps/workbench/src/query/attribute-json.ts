import type { Attributes, AttributeValue, TypedAttribute, TypedValue } from '../api/contract.ts'
import type { AnyValue, KeyValue } from '../model/span.ts'

/** Attributes by key for reading; of a key sent twice, the last. */
export function attributesJson(attributes: readonly KeyValue[]): Attributes {
  // `__proto__` as a key must become a property like any other.
  return Object.fromEntries(attributes.map(({ key, value }) => [key, valueJson(value)]))
}

/** One value for reading; see {@link AttributeValue} for what JSON cannot say. */
export function valueJson(value: AnyValue): AttributeValue {
  switch (value.type) {
    case 'int':
      return intJson(value.value)
    case 'double':
      return doubleJson(value.value)
    case 'bytes':
      return base64(value.value)
    case 'array':
      return value.value.map(valueJson)
    case 'kvlist':
      return attributesJson(value.value)
    default:
      return value.value
  }
}

/** Attributes with their types, order and duplicates. */
export const typedAttributesJson = (attributes: readonly KeyValue[]): TypedAttribute[] =>
  attributes.map(({ key, value }) => ({ key, ...typedValueJson(value) }))

function typedValueJson(value: AnyValue): TypedValue {
  switch (value.type) {
    case 'int':
      return { type: 'int', value: value.value.toString() }
    case 'double':
      return { type: 'double', value: doubleJson(value.value) }
    case 'bytes':
      return { type: 'bytes', value: base64(value.value) }
    case 'array':
      return { type: 'array', value: value.value.map(typedValueJson) }
    case 'kvlist':
      return { type: 'kvlist', value: typedAttributesJson(value.value) }
    default:
      return value
  }
}

function intJson(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value.toString()
}

const doubleJson = (value: number): number | 'NaN' | 'Infinity' | '-Infinity' =>
  Number.isFinite(value) ? value : (String(value) as 'NaN' | 'Infinity' | '-Infinity')

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
