import { describe, expect, it } from 'vitest'
import type { TraceSummary } from '../../../src/api/contract.ts'
import { readTraceOrder, sortTraces } from './sort-traces.ts'

const trace = (traceId: string, durationNano: string, linksOut = 0, linksIn = 0): TraceSummary => ({
  traceId,
  root: {
    spanId: 'b'.repeat(16),
    isRoot: true,
    serviceName: 'gateway',
    name: 'GET /',
    kind: 'server',
    startTimeUnixNano: '1',
    durationNano,
    status: 'unset',
  },
  startTimeUnixNano: '1',
  durationNano,
  spanCount: 1,
  errorCount: 0,
  services: ['gateway'],
  linksOut,
  linksIn,
})
const ids = (traces: readonly TraceSummary[]) => traces.map(({ traceId }) => traceId).join('')

describe('sortTraces', () => {
  const traces = [
    trace('a', '9', 1),
    trace('b', '10000000000000000001', 0, 2),
    trace('c', '10000000000000000000'),
    trace('d', '9', 1),
  ]

  it('puts the longest first, to the nanosecond', () => {
    expect(ids(sortTraces(traces, 'duration'))).toBe('bcad')
  })

  it('counts links in both directions, and keeps the order of equal ones', () => {
    expect(ids(sortTraces(traces, 'links'))).toBe('badc')
    expect(ids(sortTraces(traces, 'spans'))).toBe('abcd')
  })

  it('leaves the order of arrival alone', () => {
    expect(sortTraces(traces, null)).toBe(traces)
  })
})

describe('readTraceOrder', () => {
  it('reads the orders there are', () => {
    expect(['duration', 'links', 'toString', '', null].map(readTraceOrder)).toEqual([
      'duration',
      'links',
      null,
      null,
      null,
    ])
  })
})
