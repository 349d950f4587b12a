/**
 * The body is not what its content type says. Nothing of it can be used, and sending it again cannot help (HTTP 400).
 *
 * `field` is the path of the offending field (`resourceSpans[0].schemaUrl`), empty where the encoding itself is broken.
 */
export class UndecodableError extends Error {
  readonly code = 'OTLP_UNDECODABLE'
  readonly field: string

  constructor(message: string, field = '', options?: ErrorOptions) {
    super(message, options)
    this.name = 'UndecodableError'
    this.field = field
  }
}
