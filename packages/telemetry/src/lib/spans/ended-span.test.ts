import type { DiagLogger, Span } from '@opentelemetry/api'
import { diag, SpanStatusCode } from '@opentelemetry/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { DistroTracerProvider } from '../sdk/distro-tracer-provider.ts'
import { EndedSpan } from './ended-span.ts'
import type { RecordedSpan } from './recorded-span.ts'

afterEach(() => diag.disable())

const CALLS: Readonly<Record<string, (span: Span) => unknown>> = {
  setAttribute: (span) => span.setAttribute('a', 1),
  setAttributes: (span) => span.setAttributes({ a: 1 }),
  addEvent: (span) => span.addEvent('event'),
  addLink: (span) => span.addLink({ context: span.spanContext() }),
  addLinks: (span) => span.addLinks([{ context: span.spanContext() }]),
  setStatus: (span) => span.setStatus({ code: SpanStatusCode.ERROR }),
  updateName: (span) => span.updateName('other'),
  recordException: (span) => span.recordException('wrong'),
  end: (span) => span.end(),
  isRecording: (span) => span.isRecording(),
  spanContext: (span) => span.spanContext(),
}

/** What a call answers, and what is logged. */
function see(span: Span, call: (span: Span) => unknown) {
  const logger = { error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn(), verbose: vi.fn() }
  diag.setLogger(logger satisfies DiagLogger, { suppressOverrideMessage: true })
  const answer = call(span)
  return {
    answer: answer === span ? 'itself' : answer,
    warned: logger.warn.mock.calls,
    failed: logger.error.mock.calls,
  }
}

describe('EndedSpan', () => {
  const span = new DistroTracerProvider({}).getTracer('test').startSpan('over') as RecordedSpan
  span.end()

  it.each(Object.entries(CALLS))('answers %s as the span that it was, and says so', (_, call) => {
    expect(span.remains()).toBeInstanceOf(EndedSpan)
    expect(see(span.remains(), call)).toEqual(see(span, call))
  })
})
