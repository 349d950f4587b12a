import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type ContentEncoding, decompress } from './decompress.ts'
import { TooLargeError } from './too-large-error.ts'
import { UndecodableError } from './undecodable-error.ts'

const compressors: readonly (readonly [string, ContentEncoding, (bytes: Uint8Array) => Uint8Array])[] = [
  ['gzip', 'gzip', gzipSync],
  ['deflate', 'deflate', deflateSync],
  ['deflate without its header', 'deflate', deflateRawSync],
  // At its default quality a bomb takes five seconds to make.
  ['brotli', 'br', (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ['zstd', 'zstd', zstdCompressSync],
]

const mebibyte = 1024 * 1024

describe('decompress', () => {
  it.each(compressors)('undoes %s, up to its limit exactly', (_, contentEncoding, compress) => {
    for (const length of [0, 1, 100_000, 3 * mebibyte]) {
      const bytes = Buffer.alloc(length, 'linked traces ')
      expect(bytes.equals(decompress(compress(bytes), contentEncoding, Math.max(length, 1)))).toBe(true)
    }
    expect(() => decompress(compress(Buffer.alloc(100_000)), contentEncoding, 99_999)).toThrow(TooLargeError)
  })

  it.each(compressors)('stops inflating a bomb of %s at the limit', (_, contentEncoding, compress) => {
    const bomb = compress(Buffer.alloc(256 * mebibyte))
    const before = process.memoryUsage().arrayBuffers
    expect(() => decompress(bomb, contentEncoding, mebibyte)).toThrow(
      'The body is larger than 1048576 bytes after decompression. Send fewer items in one request.',
    )
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * mebibyte)
  })

  it.each(compressors)('refuses what is not, or not all of, %s', (_, contentEncoding, compress) => {
    const whole = compress(Buffer.from('linked traces'.repeat(100)))
    expect(() => decompress(whole.subarray(0, -3), contentEncoding, mebibyte)).toThrow(UndecodableError)
    expect(() => decompress(Buffer.from('\u0007plain text'), contentEncoding, mebibyte)).toThrow(
      /^The body is not \w+: /,
    )
  })

  it('gives an uncompressed body back as it is, within the limit', () => {
    const body = Buffer.from('as it is')
    expect(decompress(body, 'identity', 8)).toBe(body)
    expect(() => decompress(body, 'identity', 7)).toThrow(TooLargeError)
  })

  it('is not misled by a size that gzip bytes claim', () => {
    const lying = Buffer.from(gzipSync('short'))
    lying.writeUInt32LE(0xffff_fff0, lying.length - 4)
    expect(() => decompress(lying, 'gzip', mebibyte)).toThrow(UndecodableError)
  })
})
