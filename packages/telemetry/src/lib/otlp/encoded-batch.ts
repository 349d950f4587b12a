/** A batch as it goes over the wire, not compressed. */
export interface EncodedBatch {
  readonly spans: number
  readonly encoding: 'json' | 'protobuf'
  readonly body: Uint8Array
}
