/** A field's type on the wire; `keyValue` and `anyValue` are the messages every signal shares. */
export type ScalarType =
  | 'string'
  | 'bytes'
  | 'id'
  | 'bool'
  | 'int32'
  | 'sint32'
  | 'uint32'
  | 'fixed32'
  | 'uint64'
  | 'fixed64'
  | 'sfixed64'
  | 'double'
  | 'keyValue'
  | 'anyValue'

/** One field: its number in protobuf, its name in JSON. */
export type FieldSchema = {
  readonly number: number
  readonly name: string
  readonly type: ScalarType | MessageSchema
  readonly repeated: boolean
}

/** A message's fields by either key, and whether it is what its signal counts (a log record, a data point). */
export type MessageSchema = {
  readonly byNumber: ReadonlyMap<number, FieldSchema>
  readonly byName: ReadonlyMap<string, FieldSchema>
  readonly isItem: boolean
}

type Fields = Readonly<Record<string, readonly [number, FieldSchema['type'], 'repeated'?]>>

/** Builds a schema from `name: [number, type, 'repeated'?]`. */
export const message = (fields: Fields, isItem = false): MessageSchema => {
  const all = Object.entries(fields).map(([name, [number, type, repeated]]) => ({
    number,
    name,
    type,
    repeated: repeated === 'repeated',
  }))
  return {
    byNumber: new Map(all.map((field) => [field.number, field])),
    byName: new Map(all.map((field) => [field.name, field])),
    isItem,
  }
}
