import type { AnyValue, KeyValue } from './any-value.ts'

/** A value as JavaScript has it. Exact where JavaScript is: an int is a number as long as a number can hold it. */
export type PlainValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue }

/** Turns one value into plain JavaScript: for people and tests. What must stay typed keeps the AnyValue. */
export const plainValue = (value: AnyValue): PlainValue => {
  switch (value.type) {
    case 'array':
      return value.value.map(plainValue)
    case 'kvlist':
      return plainAttributes(value.value)
    case 'int': {
      const number = Number(value.value)
      return Number.isSafeInteger(number) ? number : value.value
    }
    default:
      return value.value
  }
}

/** Turns attributes into a plain object; of two with one key, the last is kept. */
export const plainAttributes = (attributes: readonly KeyValue[]): { readonly [key: string]: PlainValue } =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]))
