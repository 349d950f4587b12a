import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calleeOf, formatTraceResponse, parseTraceResponse } from './trace-response.ts'

const VALUE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const OTHER = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00'
const CALLEE = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
  isRemote: true,
}

describe('calleeOf', () => {
  it.each<[string, object]>([
    ['traceresponse', { traceresponse: VALUE }],
    [
      'traceresponse rather than server-timing',
      { traceresponse: VALUE, 'server-timing': `trace;desc=${OTHER}` },
    ],
    [
      'server-timing where traceresponse is invalid',
      { traceresponse: 'x', 'server-timing': `trace;desc=${VALUE}` },
    ],
    [
      'server-timing where traceresponse came twice',
      { traceresponse: [OTHER, OTHER], 'server-timing': `trace;desc=${VALUE}` },
    ],
    ['a token', { 'server-timing': `trace;desc=${VALUE}` }],
    ['a quoted string', { 'server-timing': `trace;desc="${VALUE}"` }],
    ['a quoted string with quoted pairs', { 'server-timing': `trace;desc="\\00-${VALUE.slice(3)}"` }],
    ['names in any case', { 'Server-Timing': `Trace;DESC=${VALUE}` }],
    ['whitespace everywhere it may be', { 'server-timing': ` trace \t; dur=1 ; desc = ${VALUE} ` }],
    ['one metric of several', { 'server-timing': `db;dur=53.2, trace;desc=${VALUE}, app;desc="x"` }],
    ['one header value of several', { 'server-timing': ['db;dur=53.2', `trace;desc=${VALUE}`] }],
    [
      'the first valid metric',
      { 'server-timing': `trace, trace;desc=x, trace;desc=${VALUE}, trace;desc=${OTHER}` },
    ],
    ['a metric after a quoted comma', { 'server-timing': `db;desc="a, \\"b; c", trace;desc=${VALUE}` }],
    ['the first of two descriptions', { 'server-timing': `trace;desc=${VALUE};desc=${OTHER}` }],
    [
      'Headers',
      new Headers([
        ['server-timing', 'db'],
        ['server-timing', `trace;desc=${VALUE}`],
      ]),
    ],
    ['the flat list of Buffers of undici', [Buffer.from('traceresponse'), Buffer.from(VALUE)]],
  ])('reads %s', (_, headers) => {
    expect(calleeOf(headers)).toEqual(CALLEE)
  })

  it.each<[string, object | null | undefined]>([
    ['there are no headers', undefined],
    ['there is no such header', { 'content-type': 'text/plain' }],
    ['another metric is described so', { 'server-timing': `tracer;desc=${VALUE}` }],
    ['the metric stands in quotes', { 'server-timing': `db;desc="x, trace;desc=${VALUE}"` }],
    ['another parameter has the value', { 'server-timing': `trace;description=${VALUE}` }],
    ['the first of two descriptions is invalid', { 'server-timing': `trace;desc;desc=${VALUE}` }],
    ['the ids are zero', { traceresponse: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` }],
    ['a quote is never closed', { 'server-timing': `db;desc=", trace;desc=${VALUE}` }],
  ])('finds nothing where %s', (_, headers) => {
    expect(calleeOf(headers)).toBeUndefined()
  })

  it('never throws, whatever the header says', () => {
    const text = fc.string({ unit: fc.constantFrom(...'trace;desc=",\\ \t0-', VALUE, 'é') })
    fc.assert(
      fc.property(text, text, (traceresponse, serverTiming) => {
        calleeOf({ traceresponse, 'server-timing': serverTiming })
      }),
      { seed: 20261103, numRuns: 1000 },
    )
  })
})

describe('formatTraceResponse', () => {
  it('writes what parseTraceResponse reads', () => {
    expect(formatTraceResponse(CALLEE)).toBe(VALUE)
    expect(parseTraceResponse(VALUE)).toEqual(CALLEE)
  })
})
