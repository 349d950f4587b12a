import type { EncodedBatch } from './encoded-batch.ts'
import { LENGTH_DELIMITED, protobufFields, VARINT } from './protobuf-fields.ts'

/** What a backend says that has not taken all spans of a request (OTLP 1.9, "Partial Success"), as far as it can be read. */
export interface PartialSuccess {
  readonly rejectedSpans: number
  readonly errorMessage: string | undefined
}

const NONE: PartialSuccess = { rejectedSpans: 0, errorMessage: undefined }

/** Reads an `ExportTraceServiceResponse`. One that cannot be read says nothing: its status alone told of success. */
export function readPartialSuccess(body: Uint8Array, encoding: EncodedBatch['encoding']): PartialSuccess {
  try {
    return encoding === 'json' ? fromJson(body) : fromProtobuf(body)
  } catch {
    return NONE
  }
}

function fromJson(body: Uint8Array): PartialSuccess {
  const { partialSuccess } = JSON.parse(new TextDecoder().decode(body))
  const { rejectedSpans, errorMessage } = partialSuccess ?? {}
  return {
    // An int64 is a string in JSON, and a number from those that do not know that.
    rejectedSpans: Math.max(Number(rejectedSpans) || 0, 0),
    errorMessage: typeof errorMessage === 'string' ? errorMessage : undefined,
  }
}

const PARTIAL_SUCCESS = 1
const REJECTED_SPANS = 1
const ERROR_MESSAGE = 2
const TWO_TO_63 = 2 ** 63

function fromProtobuf(body: Uint8Array): PartialSuccess {
  let { rejectedSpans, errorMessage } = NONE
  for (const response of protobufFields(body)) {
    if (response.field !== PARTIAL_SUCCESS || response.wireType !== LENGTH_DELIMITED) continue
    for (const { field, wireType, content, number } of protobufFields(response.content)) {
      // What is above is below zero.
      if (field === REJECTED_SPANS && wireType === VARINT) rejectedSpans = number < TWO_TO_63 ? number : 0
      if (field === ERROR_MESSAGE && wireType === LENGTH_DELIMITED)
        errorMessage = new TextDecoder().decode(content)
    }
  }
  return { rejectedSpans, errorMessage }
}
