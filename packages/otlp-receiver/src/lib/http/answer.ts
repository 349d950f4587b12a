import type { Encoding } from '../encoding.ts'
import { ProtobufWriter } from '../protobuf/protobuf-writer.ts'
import { itemsOf, type Signal } from '../signal.ts'

/** A complete HTTP answer. */
export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** Longer messages are cut: OTLP bounds an answer to 4 MiB, and a person reads less. In characters. */
const longestMessage = 8192

const mediaTypes: Readonly<Record<Encoding, string>> = {
  json: 'application/json',
  protobuf: 'application/x-protobuf',
}

/** `Export…ServiceResponse`; `partial_success` is set only when there is something to say. */
export const successAnswer = (
  encoding: Encoding,
  signal: Signal,
  rejectedItems: number,
  errorMessage: string,
): Answer => {
  const text = cut(errorMessage)
  const isPartial = rejectedItems > 0 || text !== ''
  return answer(encoding, 200, {
    // An int64 is a string in protobuf's JSON mapping.
    json: isPartial
      ? { partialSuccess: { [itemsOf[signal].field]: String(rejectedItems), errorMessage: text } }
      : {},
    protobuf: (writer) => {
      if (isPartial) writer.message(1, (partial) => partial.varint(1, rejectedItems).string(2, text))
    },
  })
}

/** google.rpc.Code by HTTP status, as google/rpc/code.proto maps them; 408, 413 and 415 have none of their own. */
const rpcCodes: Readonly<Record<number, number>> = {
  400: 3, // INVALID_ARGUMENT
  404: 5, // NOT_FOUND
  405: 12, // UNIMPLEMENTED
  408: 4, // DEADLINE_EXCEEDED
  413: 8, // RESOURCE_EXHAUSTED
  415: 3, // INVALID_ARGUMENT
  500: 13, // INTERNAL
  503: 14, // UNAVAILABLE
}

const badRequestType = 'type.googleapis.com/google.rpc.BadRequest'

/** `google.rpc.Status`; a `field` is told as `google.rpc.BadRequest`, as OTLP wants it for bad data. */
export const statusAnswer = (
  encoding: Encoding,
  status: number,
  message: string,
  { headers = {}, field = '' }: { headers?: Readonly<Record<string, string>>; field?: string } = {},
): Answer => {
  const code = rpcCodes[status] ?? 2 // UNKNOWN
  const text = cut(message)
  const details = status === 400 ? [{ field, description: text }] : []
  return answer(
    encoding,
    status,
    {
      json: {
        code,
        message: text,
        ...(details.length > 0 && { details: [{ '@type': badRequestType, fieldViolations: details }] }),
      },
      protobuf: (writer) => {
        writer.varint(1, code).string(2, text)
        for (const violation of details) {
          const badRequest = new ProtobufWriter().message(1, (it) =>
            it.string(1, violation.field).string(2, violation.description),
          )
          writer.message(3, (any) => any.string(1, badRequestType).bytes(2, badRequest.finish()))
        }
      },
    },
    headers,
  )
}

const answer = (
  encoding: Encoding,
  status: number,
  body: { json: object; protobuf: (writer: ProtobufWriter) => void },
  headers: Readonly<Record<string, string>> = {},
): Answer => {
  const writer = new ProtobufWriter()
  if (encoding === 'protobuf') body.protobuf(writer)
  return {
    status,
    headers: { 'content-type': mediaTypes[encoding], ...headers },
    body: encoding === 'json' ? Buffer.from(JSON.stringify(body.json)) : writer.finish(),
  }
}

const cut = (text: string): string =>
  text.length > longestMessage ? `${text.slice(0, longestMessage)}…`.toWellFormed() : text
