import { type AnyValue, emptyValue, type KeyValue } from '../model/any-value.ts'
import type { JsonReader } from './json-reader.ts'

/** Reads an array of `KeyValue` into `into`; the values in it stand nested `depth` deep. */
export const parseKeyValues = (reader: JsonReader, into: KeyValue[], depth = 0): void => {
  for (let more = reader.enterArray(); more; more = reader.nextItem()) into.push(parseKeyValue(reader, depth))
}

export const parseKeyValue = (reader: JsonReader, depth = 0): KeyValue => {
  reader.defects.countMessage()
  if (depth === 0) {
    const attribute = reader.plainAttribute()
    if (attribute) return attribute
  }
  let key = ''
  let value = emptyValue
  for (let name = reader.enterObject(); name !== undefined; name = reader.nextName()) {
    switch (name) {
      case 'key':
        key = reader.key()
        break
      case 'value':
        value = parseAnyValue(reader, depth + 1)
        break
      case 'keyStrindex':
        reader.int32()
        reader.defects.profilingReference = true
        break
      default:
        reader.skip()
    }
  }
  return { key, value }
}

export const parseAnyValue = (reader: JsonReader, depth = 1): AnyValue => {
  if (reader.defects.isTooDeep(depth)) {
    reader.skip()
    return emptyValue
  }
  let value = emptyValue
  for (let name = reader.enterObject(); name !== undefined; name = reader.nextName()) {
    // `null` means that this member of the `oneof` is not the one that is set.
    if (reader.skipNull()) continue
    switch (name) {
      case 'stringValue':
        value = { type: 'string', value: reader.string() }
        break
      case 'boolValue':
        value = { type: 'bool', value: reader.bool() }
        break
      case 'intValue':
        value = { type: 'int', value: reader.int64() }
        break
      case 'doubleValue':
        value = { type: 'double', value: reader.double() }
        break
      case 'arrayValue':
        value = { type: 'array', value: parseArray(reader, depth) }
        break
      case 'kvlistValue':
        value = { type: 'kvlist', value: parseList(reader, depth) }
        break
      case 'bytesValue':
        value = { type: 'bytes', value: reader.bytes() }
        break
      case 'stringValueStrindex':
        reader.int32()
        reader.defects.profilingReference = true
        value = emptyValue
        break
      default:
        reader.skip()
    }
  }
  return value
}

const parseArray = (reader: JsonReader, depth: number): AnyValue[] => {
  const items: AnyValue[] = []
  for (let name = reader.enterObject(); name !== undefined; name = reader.nextName()) {
    if (name !== 'values') reader.skip()
    else {
      for (let more = reader.enterArray(); more; more = reader.nextItem()) {
        reader.defects.countMessage()
        items.push(parseAnyValue(reader, depth + 1))
      }
    }
  }
  return items
}

const parseList = (reader: JsonReader, depth: number): KeyValue[] => {
  const entries: KeyValue[] = []
  for (let name = reader.enterObject(); name !== undefined; name = reader.nextName()) {
    if (name === 'values') parseKeyValues(reader, entries, depth)
    else reader.skip()
  }
  return entries
}
