import type { Encoding } from './encoding.ts'
import { countJsonItems } from './json/count-json-items.ts'
import { countProtobufItems } from './protobuf/count-protobuf-items.ts'
import { exportLogsSchema } from './schema/logs-schema.ts'

/** What this package keeps of a log export: that it can be decoded, and its size. */
export type DecodedLogs = { readonly logRecordCount: number }

/** Reads an uncompressed log export to its last field; throws UndecodableError. */
export const decodeLogs = (body: Uint8Array, encoding: Encoding): DecodedLogs => {
  const count = encoding === 'protobuf' ? countProtobufItems : countJsonItems
  return { logRecordCount: count(body, exportLogsSchema) }
}
