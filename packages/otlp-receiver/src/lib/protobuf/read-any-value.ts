import { type AnyValue, emptyValue, type KeyValue } from '../model/any-value.ts'
import type { ProtobufReader } from './protobuf-reader.ts'

/** Reads one `KeyValue` that ends at `end` and stands in values nested `depth` deep. */
export const readKeyValue = (reader: ProtobufReader, end: number, depth = 0): KeyValue => {
  reader.defects.countMessage()
  if (depth === 0) {
    const known = reader.knownAttribute(end)
    if (known) return known
    const start = reader.position
    return reader.learnAttribute(start, reader.textAttribute(end) ?? readFields(reader, end, depth))
  }
  return readFields(reader, end, depth)
}

const readFields = (reader: ProtobufReader, end: number, depth: number): KeyValue => {
  let key = ''
  let value = emptyValue
  while (reader.position < end) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        key = reader.key(end)
        break
      case 18:
        value = readAnyValue(reader, reader.end(end), depth + 1, value)
        break
      case 24:
        reader.uint32()
        reader.defects.profilingReference = true
        break
      default:
        reader.skip(tag, end)
    }
  }
  reader.leave(end)
  return { key, value }
}

/** Reads one `AnyValue` over `previous`, what an earlier occurrence of the same field has left: the last member wins. */
export const readAnyValue = (
  reader: ProtobufReader,
  end: number,
  depth = 1,
  previous: AnyValue = emptyValue,
): AnyValue => {
  if (reader.defects.isTooDeep(depth)) {
    reader.position = end
    return emptyValue
  }
  let value = previous
  while (reader.position < end) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        value = { type: 'string', value: reader.string(end) }
        break
      case 16:
        value = { type: 'bool', value: reader.bool() }
        break
      case 24:
        value = { type: 'int', value: reader.int64() }
        break
      case 33:
        value = { type: 'double', value: reader.double() }
        break
      case 42: {
        // Protobuf merges a message that occurs twice. The array is this reader's own, and copying it each time would
        // let 64 MiB of empty arrays take time without end.
        const items = value.type === 'array' ? (value.value as AnyValue[]) : []
        readArray(reader, reader.end(end), depth, items)
        value = { type: 'array', value: items }
        break
      }
      case 50: {
        const entries = value.type === 'kvlist' ? (value.value as KeyValue[]) : []
        readList(reader, reader.end(end), depth, entries)
        value = { type: 'kvlist', value: entries }
        break
      }
      case 58:
        value = { type: 'bytes', value: reader.bytes(end) }
        break
      case 64:
        reader.uint32()
        reader.defects.profilingReference = true
        value = emptyValue
        break
      default:
        reader.skip(tag, end)
    }
  }
  reader.leave(end)
  return value
}

const readArray = (reader: ProtobufReader, end: number, depth: number, into: AnyValue[]): void => {
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 10) {
      reader.defects.countMessage()
      into.push(readAnyValue(reader, reader.end(end), depth + 1))
    } else reader.skip(tag, end)
  }
  reader.leave(end)
}

const readList = (reader: ProtobufReader, end: number, depth: number, into: KeyValue[]): void => {
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 10) into.push(readKeyValue(reader, reader.end(end), depth))
    else reader.skip(tag, end)
  }
  reader.leave(end)
}
