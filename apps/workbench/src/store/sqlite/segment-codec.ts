import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** Level 1: half a microsecond for a span, and a ninth of its size. Higher levels cost more than the smaller writes save. */
const options = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** Compresses the spans of a segment. */
export const packSegment = (body: Uint8Array): Uint8Array => zstdCompressSync(body, options)

/** The spans of a segment, `ScopeSpans.spans` fields of protobuf one behind the other. */
export const unpackSegment = (packed: Uint8Array): Uint8Array => zstdDecompressSync(packed)
