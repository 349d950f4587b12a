import type { Encoding } from './encoding.ts'
import { countJsonItems } from './json/count-json-items.ts'
import { countProtobufItems } from './protobuf/count-protobuf-items.ts'
import { exportMetricsSchema } from './schema/metrics-schema.ts'

/** What this package keeps of a metric export: that it can be decoded, and its size. */
export type DecodedMetrics = { readonly dataPointCount: number }

/** Reads an uncompressed metric export to its last field; throws UndecodableError. */
export const decodeMetrics = (body: Uint8Array, encoding: Encoding): DecodedMetrics => {
  const count = encoding === 'protobuf' ? countProtobufItems : countJsonItems
  return { dataPointCount: count(body, exportMetricsSchema) }
}
