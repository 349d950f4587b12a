/** A field of a message as it came (protobuf.dev, "Encoding"). */
export interface ProtobufField {
  readonly field: number
  readonly wireType: number
  /** With its tag and length. */
  readonly whole: Uint8Array
  /** What it has a length for: a string, bytes or a message; else nothing. */
  readonly content: Uint8Array
  /** Of a varint, beyond 2^53 about; else 0. */
  readonly number: number
}

export const VARINT = 0
const FIXED64 = 1
/** Wire type of strings, bytes and messages. */
export const LENGTH_DELIMITED = 2
const FIXED32 = 5

/** @throws {Error} for what is not protobuf, once it is reached. */
export function* protobufFields(message: Uint8Array): Generator<ProtobufField> {
  let offset = 0
  const readVarint = (): number => {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = message[offset++]
      if (byte === undefined) throw new Error('It ends too early.')
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }
  while (offset < message.byteLength) {
    const start = offset
    const tag = readVarint()
    const wireType = tag & 7
    const number = wireType === VARINT ? readVarint() : 0
    const length = lengthOf(wireType, readVarint)
    const content = message.subarray(offset, offset + length)
    if (content.byteLength < length) throw new Error('It ends too early.')
    offset += length
    yield {
      field: tag >>> 3,
      wireType,
      whole: message.subarray(start, offset),
      content: wireType === LENGTH_DELIMITED ? content : NOTHING,
      number,
    }
  }
}

const NOTHING = new Uint8Array()

function lengthOf(wireType: number, readVarint: () => number): number {
  if (wireType === LENGTH_DELIMITED) return readVarint()
  if (wireType === VARINT) return 0
  if (wireType === FIXED64) return 8
  if (wireType === FIXED32) return 4
  throw new Error(`Nothing is known of wire type ${wireType}.`)
}
