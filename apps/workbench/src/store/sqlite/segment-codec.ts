import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { Damage } from './database-error.ts'

/** Level 1: half a microsecond for a span, and a ninth of its size. Higher levels cost more than the smaller writes save. */
const level = { [constants.ZSTD_c_compressionLevel]: 1 }
const lengthBytes = 4
/** More than one export can bring, whatever it is: a segment ends with the first chunk beyond half a MiB. */
const mostBytes = 256 * 1024 * 1024

/** Compresses the spans of a segment: the length of its body in 4 bytes, little-endian, then zstd. */
export function packSegment(body: Uint8Array): Uint8Array {
  const length = Buffer.allocUnsafe(lengthBytes)
  length.writeUInt32LE(body.byteLength)
  return Buffer.concat([length, zstdCompressSync(body, { params: level, chunkSize: 64 * 1024 })])
}

/** The spans of a segment, `ScopeSpans.spans` fields of protobuf one behind the other. Throws {@link Damage} for what {@link packSegment} did not make. */
export function unpackSegment(packed: Uint8Array): Buffer {
  const length =
    packed.byteLength < lengthBytes ? 0 : new DataView(packed.buffer, packed.byteOffset).getUint32(0, true)
  if (length > mostBytes) throw new Damage(`a segment says that it holds ${length} bytes`)
  try {
    // One chunk for all of it: putting the default's 16 KiB pieces together takes longer than unpacking.
    return zstdDecompressSync(packed.subarray(lengthBytes), { chunkSize: Math.max(64, length + 1) })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Damage(`a segment cannot be unpacked (${reason})`, { cause })
  }
}
