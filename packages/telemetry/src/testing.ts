/**
 * For the tests of instrumented applications: records spans, compares whole traces and the links between them
 * with a literal, and draws them. Belongs to no test framework.
 */
export { InvalidExpectationError } from './lib/testing/expectation.ts'
export type {
  ExpectedAttributes,
  ExpectedEvent,
  ExpectedLink,
  ExpectedSpan,
} from './lib/testing/expected-span.ts'
export { expectTraces, TraceMismatchError } from './lib/testing/expect-traces.ts'
export { recordSpans, type SpanRecorder, SpanRecorderError } from './lib/testing/record-spans.ts'
export { type RenderOptions, renderTraces } from './lib/testing/render-traces.ts'
export type {
  EventRecord,
  LinkRecord,
  PlainAttributes,
  SpanKindName,
  SpanRecord,
  StatusCodeName,
} from './lib/testing/span-record.ts'
export type { OtlpExport, PlainLink, PlainSpan, SpanSource } from './lib/testing/span-source.ts'
export { toSpanRecords } from './lib/testing/to-span-records.ts'
