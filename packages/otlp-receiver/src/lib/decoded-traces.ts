import type { ExportTraceServiceRequest } from './model/export-trace-service-request.ts'

/** A trace export as far as it can be kept, and what its sender is to be told of the rest. */
export type DecodedTraces = {
  readonly request: ExportTraceServiceRequest
  /** Spans in `request`. */
  readonly spanCount: number
  /** Spans left out of `request`, each for a fault of its own or of its resource or scope. */
  readonly rejectedSpans: number
  /** English; says why spans were rejected, or warns though none was; otherwise empty. */
  readonly errorMessage: string
}
