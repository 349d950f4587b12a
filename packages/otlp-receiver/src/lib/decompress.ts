import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { TooLargeError } from './too-large-error.ts'
import { UndecodableError } from './undecodable-error.ts'

/** How a body is compressed, as in `Content-Encoding`. */
export type ContentEncoding = 'identity' | 'gzip' | 'deflate' | 'br' | 'zstd'

const smallestChunk = 16 * 1024
const largestChunk = 1024 * 1024

/**
 * Undoes `contentEncoding`, stopping as soon as more than `mostBytes` come out. Synchronous: meant for the thread that
 * decodes, one body at a time. Throws TooLargeError, or UndecodableError for bytes that are not what they are said to be.
 */
export const decompress = (
  body: Uint8Array,
  contentEncoding: ContentEncoding,
  mostBytes: number,
): Uint8Array => {
  if (contentEncoding === 'identity') {
    if (body.byteLength > mostBytes) throw new TooLargeError(mostBytes, 'bytes as sent')
    return body
  }
  const options = { maxOutputLength: mostBytes, chunkSize: chunkSizeFor(body, contentEncoding) }
  try {
    if (contentEncoding === 'gzip') return gunzipSync(body, options)
    if (contentEncoding === 'br') return brotliDecompressSync(body, options)
    if (contentEncoding === 'zstd') return zstdDecompressSync(body, options)
    // "deflate" means zlib's format (RFC 9110, section 8.4.1.2), yet some senders leave out its header.
    return ((body[0] ?? 0) & 15) === 8 ? inflateSync(body, options) : inflateRawSync(body, options)
  } catch (cause) {
    if (cause instanceof RangeError && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE') {
      throw new TooLargeError(mostBytes, 'bytes after decompression')
    }
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UndecodableError(`The body is not ${contentEncoding}: ${reason}.`, '', { cause })
  }
}

/** One chunk for the whole output where its size is known: gzip ends with it (RFC 1952, ISIZE), truthful or not. */
const chunkSizeFor = (body: Uint8Array, contentEncoding: ContentEncoding): number => {
  const expected =
    contentEncoding === 'gzip' && body.byteLength >= 18
      ? new DataView(body.buffer, body.byteOffset + body.byteLength - 4).getUint32(0, true) + 1
      : body.byteLength * 8
  return Math.min(Math.max(expected, smallestChunk), largestChunk)
}
