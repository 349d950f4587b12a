/** The body is larger than its receiver reads; sending it again cannot help, sending less can (HTTP 413). */
export class TooLargeError extends Error {
  readonly code = 'OTLP_TOO_LARGE'
  readonly limit: number

  constructor(limit: number, unit: 'bytes as sent' | 'bytes after decompression' | 'messages when decoded') {
    super(`The body is larger than ${limit} ${unit}. Send fewer items in one request.`)
    this.name = 'TooLargeError'
    this.limit = limit
  }
}
