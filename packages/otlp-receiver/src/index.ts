export type { OtlpReceiver, OtlpReceiverLimits, OtlpReceiverOptions } from './lib/create-otlp-receiver.ts'
export { createOtlpReceiver } from './lib/create-otlp-receiver.ts'
export type { DecodedLogs } from './lib/decode-logs.ts'
export { decodeLogs } from './lib/decode-logs.ts'
export type { DecodedMetrics } from './lib/decode-metrics.ts'
export { decodeMetrics } from './lib/decode-metrics.ts'
export { decodeTraces } from './lib/decode-traces.ts'
export type { DecodedTraces } from './lib/decoded-traces.ts'
export type { DecodedSink, ExportInfo } from './lib/decoding-sink.ts'
export type { ContentEncoding } from './lib/decompress.ts'
export { decompress } from './lib/decompress.ts'
export type { EncodedExport, EncodedSink } from './lib/encoded-sink.ts'
export type { Encoding } from './lib/encoding.ts'
export type { ExportOutcome } from './lib/export-outcome.ts'
export { outcomeOfDecodingError } from './lib/export-outcome.ts'
export type { AxiomLimit, AxiomMode } from './lib/http/axiom-mode.ts'
export type { AnyValue, KeyValue } from './lib/model/any-value.ts'
export type {
  EntityRef,
  ExportTraceServiceRequest,
  InstrumentationScope,
  Resource,
  ResourceSpans,
  ScopeSpans,
  Span,
  SpanEvent,
  SpanLink,
  SpanStatus,
} from './lib/model/export-trace-service-request.ts'
export { isSpanId, isTraceId } from './lib/model/ids.ts'
export type { PlainValue } from './lib/model/plain-value.ts'
export { plainAttributes, plainValue } from './lib/model/plain-value.ts'
export { sharedAttributeSlots, sharedSlotOf } from './lib/model/shared-attribute.ts'
export type { Signal } from './lib/signal.ts'
export { TooLargeError } from './lib/too-large-error.ts'
export { UndecodableError } from './lib/undecodable-error.ts'
