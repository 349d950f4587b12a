import type { TextMapGetter } from '@opentelemetry/api'
import { trimOptionalWhitespace } from './optional-whitespace.ts'

/**
 * What carries a trace context between processes: the headers of a request or a response, the attributes of a
 * message.
 *
 * - a plain object, its keys in any case, its values strings, bytes (`Uint8Array`, `Buffer`) or arrays of
 *   them;
 * - `Headers`, a `Map`, or anything else with `get` that iterates over its entries;
 * - a list of `[name, value]` pairs, a flat list `[name, value, name, value]` as `rawHeaders` and undici have
 *   it, or a list of objects as node-rdkafka has it;
 * - message attributes of SQS and SNS: `{ traceparent: { DataType: 'String', StringValue: '00-…' } }`, also
 *   as Lambda spells them;
 * - nothing at all, or anything else: it then carries nothing.
 */
export type Carrier = object | null | undefined

/**
 * Every value that a carrier holds under a name (in lower case), without whitespace around it. Never throws.
 */
export function carrierValues(carrier: unknown, name: string): string[] {
  try {
    const values: string[] = []
    for (const [key, value] of entriesOf(carrier)) {
      // The length first: most keys are not the one looked for, and lower-casing allocates.
      const text = scalarText(key)
      if (text?.length !== name.length || text.toLowerCase() !== name) continue
      for (const item of Array.isArray(value) ? value : [value]) {
        const itemText = scalarText(item)
        if (itemText !== undefined) values.push(trimOptionalWhitespace(itemText))
      }
    }
    return values
  } catch {
    return []
  }
}

/** Lets a propagator read any {@link Carrier}. */
export const carrierGetter: TextMapGetter<unknown> = {
  get(carrier, key) {
    const values = carrierValues(carrier, key.toLowerCase())
    return values.length > 1 ? values : values[0]
  },
  keys(carrier) {
    try {
      return Array.from(entriesOf(carrier), ([key]) => scalarText(key)).filter((key) => key !== undefined)
    } catch {
      return []
    }
  },
}

function entriesOf(carrier: unknown): Iterable<readonly [unknown, unknown]> {
  if (typeof carrier !== 'object' || carrier === null) return []
  if (Array.isArray(carrier)) {
    if (isListOfPairs(carrier)) return carrier
    return isListOfObjects(carrier) ? carrier.flatMap(Object.entries) : flatPairs(carrier)
  }
  if (isEntryCollection(carrier)) return carrier
  return Object.entries(carrier)
}

function isEntryCollection(carrier: object): carrier is Iterable<readonly [unknown, unknown]> {
  return Symbol.iterator in carrier && 'get' in carrier && typeof carrier.get === 'function'
}

function isListOfPairs(list: readonly unknown[]): list is (readonly [unknown, unknown])[] {
  return list.every(Array.isArray)
}

/** Bytes are objects too, but the names and values of a flat list. */
function isListOfObjects(list: readonly unknown[]): list is object[] {
  return list.every((item) => typeof item === 'object' && item !== null && !ArrayBuffer.isView(item))
}

function* flatPairs(list: readonly unknown[]): Iterable<readonly [unknown, unknown]> {
  for (let index = 0; index + 1 < list.length; index += 2) yield [list[index], list[index + 1]]
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return undefined
  if (ArrayBuffer.isView(value)) return bytesText(value)
  return messageAttributeText(value)
}

/**
 * SQS and SNS by their SDKs (`StringValue`, `BinaryValue`), by Lambda (`stringValue`, `binaryValue`) and in
 * JSON (`Value`).
 */
interface MessageAttribute {
  readonly StringValue?: unknown
  readonly stringValue?: unknown
  readonly Value?: unknown
  readonly BinaryValue?: unknown
  readonly binaryValue?: unknown
}

function messageAttributeText(attribute: MessageAttribute): string | undefined {
  const text = attribute.StringValue ?? attribute.stringValue ?? attribute.Value
  if (typeof text === 'string') return text
  const bytes = attribute.BinaryValue ?? attribute.binaryValue
  if (ArrayBuffer.isView(bytes)) return bytesText(bytes)
  // Wherever the attribute travelled as JSON its bytes are base64.
  return typeof bytes === 'string' ? atob(bytes) : undefined
}

function bytesText(bytes: ArrayBufferView): string {
  // A copy, as bytes on shared memory cannot be decoded in place everywhere.
  return new TextDecoder().decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).slice())
}
