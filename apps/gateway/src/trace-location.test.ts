import { INVALID_SPAN_CONTEXT, TraceFlags } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { locateTrace } from './trace-location.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const sampled = { traceId, spanId: 'b7ad6b7169203331', traceFlags: TraceFlags.SAMPLED }

describe('locateTrace', () => {
  it("gives the trace's page in the workbench", () => {
    expect(locateTrace(sampled, 'http://127.0.0.1:4318')).toEqual({
      traceId,
      url: `http://127.0.0.1:4318/traces/${traceId}`,
    })
  })

  it('gives the id alone where there is no workbench', () => {
    expect(locateTrace(sampled, undefined)).toEqual({ traceId })
  })

  it('gives no page for a trace that no workbench gets', () => {
    const unsampled = { ...sampled, traceFlags: TraceFlags.NONE }
    expect(locateTrace(unsampled, 'http://127.0.0.1:4318')).toEqual({ traceId })
  })

  it.each([undefined, INVALID_SPAN_CONTEXT])('gives nothing where there is no trace', (span) => {
    expect(locateTrace(span, 'http://127.0.0.1:4318')).toBeUndefined()
  })
})
