import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** Level 1: half a microsecond for a span, and a ninth of its size. Higher levels cost more than the smaller writes save. */
const level = { [constants.ZSTD_c_compressionLevel]: 1 }
const lengthBytes = 4

/** Compresses the spans of a segment: the length of its body in 4 bytes, little-endian, then zstd. */
export function packSegment(body: Uint8Array): Uint8Array {
  const length = Buffer.allocUnsafe(lengthBytes)
  length.writeUInt32LE(body.byteLength)
  return Buffer.concat([length, zstdCompressSync(body, { params: level, chunkSize: 64 * 1024 })])
}

/** The spans of a segment, `ScopeSpans.spans` fields of protobuf one behind the other. */
export function unpackSegment(packed: Uint8Array): Buffer {
  const length = new DataView(packed.buffer, packed.byteOffset).getUint32(0, true)
  // One chunk for all of it: putting the default's 16 KiB pieces together takes longer than unpacking.
  return zstdDecompressSync(packed.subarray(lengthBytes), { chunkSize: Math.max(64, length + 1) })
}
