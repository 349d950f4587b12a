import { Defects } from '../defects.ts'
import type { FieldSchema, MessageSchema, ScalarType } from '../schema/message-schema.ts'
import { ProtobufReader } from './protobuf-reader.ts'
import { readAnyValue, readKeyValue } from './read-any-value.ts'

/** Reads every field of a message; how many of the items its signal counts are in it. Throws UndecodableError. */
export const countProtobufItems = (bytes: Uint8Array, schema: MessageSchema): number => {
  const reader = new ProtobufReader(bytes, new Defects())
  return countIn(reader, reader.length, schema)
}

const countIn = (reader: ProtobufReader, end: number, schema: MessageSchema): number => {
  let count = schema.isItem ? 1 : 0
  while (reader.position < end) {
    const tag = reader.tag()
    const field = schema.byNumber.get(tag >>> 3)
    if (field === undefined) reader.skip(tag, end)
    else if (typeof field.type === 'object') {
      if ((tag & 7) === 2) count += countIn(reader, reader.end(end), field.type)
      else reader.skip(tag, end)
    } else readScalar(reader, tag, end, field, field.type)
  }
  reader.leave(end)
  return count
}

const readScalar = (
  reader: ProtobufReader,
  tag: number,
  end: number,
  field: FieldSchema,
  type: ScalarType,
): void => {
  const wireType = tag & 7
  const own = wireTypeOf[type]
  if (wireType === own) readOne(reader, end, type)
  else if (wireType === 2 && field.repeated) {
    // Packed: the values of a repeated number, one after the other.
    const packedEnd = reader.end(end)
    while (reader.position < packedEnd) readOne(reader, packedEnd, type)
  } else reader.skip(tag, end)
}

const wireTypeOf: Readonly<Record<ScalarType, 0 | 1 | 2 | 5>> = {
  string: 2,
  bytes: 2,
  id: 2,
  keyValue: 2,
  anyValue: 2,
  bool: 0,
  int32: 0,
  sint32: 0,
  uint32: 0,
  uint64: 0,
  fixed32: 5,
  fixed64: 1,
  sfixed64: 1,
  double: 1,
}

const readOne = (reader: ProtobufReader, end: number, type: ScalarType): void => {
  if (type === 'keyValue') readKeyValue(reader, reader.end(end))
  else if (type === 'anyValue') readAnyValue(reader, reader.end(end))
  else reader.skip(8 | wireTypeOf[type], end)
}
