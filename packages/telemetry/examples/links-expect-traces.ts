import { withLinkedRoot } from '@linked-traces/telemetry/links'
import { expectTraces, recordSpans } from '@linked-traces/telemetry/testing'
import { trace } from '@opentelemetry/api'

/** Goes among the span processors of the tests: `startTelemetry({ spanProcessors: [recorder] })`. */
export const recorder = recordSpans()

/** A test of an application that starts a report while it answers a request. */
export async function answersBeforeTheReportIsMade(): Promise<void> {
  recorder.clear()
  await trace.getTracer('app').startActiveSpan('GET /report', async (span) => {
    const report = withLinkedRoot('make report', () => Promise.resolve(12))
    span.end()
    await report
  })

  expectTraces(await recorder.waitFor((spans) => spans.length === 2), [
    { name: 'GET /report', as: 'request', events: ['linked_traces.root_started'] },
    { name: 'make report', links: [{ to: 'request', relation: 'origin' }] },
  ])
}
