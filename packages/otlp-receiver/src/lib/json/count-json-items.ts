import { Defects } from '../defects.ts'
import type { MessageSchema, ScalarType } from '../schema/message-schema.ts'
import { JsonReader } from './json-reader.ts'
import { parseAnyValue, parseKeyValue } from './parse-any-value.ts'

/** Reads every field of a message; how many of the items its signal counts are in it. Throws UndecodableError. */
export const countJsonItems = (bytes: Uint8Array, schema: MessageSchema): number => {
  const reader = new JsonReader(bytes, new Defects())
  const count = countIn(reader, schema)
  reader.end()
  return count
}

const countIn = (reader: JsonReader, schema: MessageSchema): number => {
  let count = schema.isItem ? 1 : 0
  for (let name = reader.enterObject(); name !== undefined; name = reader.nextName()) {
    const field = schema.byName.get(name)
    if (field === undefined) reader.skip()
    else if (field.repeated) {
      for (let more = reader.enterArray(); more; more = reader.nextItem())
        count += countField(reader, field.type)
    } else count += countField(reader, field.type)
  }
  return count
}

const countField = (reader: JsonReader, type: ScalarType | MessageSchema): number => {
  if (typeof type === 'object') return countIn(reader, type)
  readers[type](reader)
  return 0
}

const readers: Readonly<Record<ScalarType, (reader: JsonReader) => unknown>> = {
  string: (reader) => reader.string(),
  bytes: (reader) => reader.bytes(),
  id: (reader) => reader.id(),
  bool: (reader) => reader.bool(),
  int32: (reader) => reader.int32(),
  sint32: (reader) => reader.int32(),
  uint32: (reader) => reader.uint32(),
  fixed32: (reader) => reader.uint32(),
  uint64: (reader) => reader.uint64(),
  fixed64: (reader) => reader.uint64(),
  sfixed64: (reader) => reader.int64(),
  double: (reader) => reader.double(),
  keyValue: (reader) => parseKeyValue(reader),
  anyValue: (reader) => parseAnyValue(reader),
}
