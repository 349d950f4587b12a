/** The body is larger than its receiver reads; sending it again cannot help, sending less can (HTTP 413). */
export class TooLargeError extends Error {
  readonly code = 'OTLP_TOO_LARGE'
  /** In bytes. */
  readonly limit: number

  constructor(limit: number, when: 'as sent' | 'after decompression') {
    super(`The body is larger than ${limit} bytes ${when}. Send fewer items in one request.`)
    this.name = 'TooLargeError'
    this.limit = limit
  }
}
