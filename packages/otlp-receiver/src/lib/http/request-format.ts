import type { ContentEncoding } from '../decompress.ts'
import type { Encoding } from '../encoding.ts'

/** What a `Content-Type` says of the body; undefined for whatever is not OTLP. Parameters are of no consequence. */
export const encodingOf = (contentType: string | undefined): Encoding | undefined => {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  if (mediaType === 'application/x-protobuf') return 'protobuf'
  if (mediaType === 'application/json') return 'json'
  return undefined
}

/** Every `Content-Encoding` that is understood. */
export const acceptedContentEncodings = 'gzip, deflate, br, zstd, identity'

/** What a `Content-Encoding` says of the body; undefined for one that is not understood, or several at once. */
export const contentEncodingOf = (header: string | undefined): ContentEncoding | undefined => {
  const coding = header?.trim().toLowerCase() ?? ''
  switch (coding) {
    case '':
      return 'identity'
    // RFC 9110, section 8.4.1.3: to be taken for gzip.
    case 'x-gzip':
      return 'gzip'
    case 'identity':
    case 'gzip':
    case 'deflate':
    case 'br':
    case 'zstd':
      return coding
    default:
      return undefined
  }
}
