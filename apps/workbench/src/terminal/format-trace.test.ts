import { describe, expect, it } from 'vitest'
import type { IncomingLink, Link, LinkTarget, Span, SpanSummary, Trace } from '../api/contract.ts'
import { formatDuration, formatTrace } from './format-trace.ts'

const here = 'a'.repeat(32)
const there = 'b'.repeat(32)
const flags = { value: 0x301, sampled: true, random: false, remote: true }
const end: SpanSummary = {
  serviceName: 'dice',
  name: 'GET /roll',
  kind: 'server',
  startTimeUnixNano: '0',
  durationNano: '1000000',
  status: 'unset',
}

const spanOf = (fields: Partial<Span>): Span => ({
  traceId: here,
  spanId: '1'.repeat(16),
  parentSpanId: null,
  name: 'GET',
  kind: 'client',
  serviceName: 'gateway',
  startTimeUnixNano: '0',
  endTimeUnixNano: '8500000',
  durationNano: '8500000',
  status: { code: 'unset', message: '' },
  traceState: '',
  flags,
  scope: { name: '', version: '' },
  resource: 0,
  attributes: {},
  events: [],
  links: [],
  linkedFrom: [],
  linkedFromCount: fields.linkedFrom?.length ?? 0,
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
  ...fields,
})

const traceOf = (spans: readonly Span[], fields: Partial<Trace> = {}): Trace => ({
  traceId: here,
  startTimeUnixNano: '0',
  endTimeUnixNano: '8500000',
  durationNano: '8500000',
  spanCount: spans.length,
  errorCount: 0,
  resources: [{}],
  spans,
  ...fields,
})

const linkTo = (
  spanId: string,
  relation: string | null,
  target: LinkTarget = { state: 'resolved', ...end },
): Link => ({
  traceId: there,
  spanId: spanId.repeat(16),
  position: 0,
  relation,
  attributes: {},
  droppedAttributesCount: 0,
  traceState: '',
  flags,
  target,
})

const linkFrom = (spanId: string, relation: string | null): IncomingLink => ({
  source: { traceId: there, spanId: spanId.repeat(16), ...end },
  position: 0,
  relation,
})

/** What stands below the only span. */
const linksOf = (fields: Partial<Span>): string[] =>
  formatTrace(traceOf([spanOf(fields)]), 'address')
    .split('\n')
    .slice(2, -2)
    .map((line) => line.trim())

describe('formatTrace', () => {
  it('draws spans as a tree, with kinds, durations and errors', () => {
    const spans = [
      spanOf({ name: 'GET /roll', kind: 'server' }),
      spanOf({ spanId: '2'.repeat(16), parentSpanId: '1'.repeat(16), kind: 'internal', name: 'first' }),
      spanOf({
        spanId: '3'.repeat(16),
        parentSpanId: '1'.repeat(16),
        name: 'last',
        status: { code: 'error', message: 'refused' },
      }),
      spanOf({ spanId: '4'.repeat(16), parentSpanId: '9'.repeat(16), name: 'lost' }),
    ]
    expect(formatTrace(traceOf(spans, { errorCount: 1 }), 'http://127.0.0.1:4318/traces/a')).toBe(
      `trace ${here}  4 spans, 1 error  8.5 ms
  gateway: GET /roll [server]                                   8.5 ms
  ├─ gateway: first                                             8.5 ms
  └─ gateway: last [client] ✗ refused                           8.5 ms
  gateway: lost [client] (parent 9999999999999999 is not here)  8.5 ms
  http://127.0.0.1:4318/traces/a
`,
    )
  })

  it('tells a call that is linked both ways in one line, from either end', () => {
    expect(linksOf({ links: [linkTo('2', 'callee')], linkedFrom: [linkFrom('2', 'caller')] })).toEqual([
      `⇄ calls dice: GET /roll, trace ${there} (linked both ways)`,
    ])
    expect(linksOf({ links: [linkTo('2', 'caller')], linkedFrom: [linkFrom('2', 'callee')] })).toEqual([
      `⇄ called by dice: GET /roll, trace ${there} (linked both ways)`,
    ])
  })

  it('tells other links that lead back in one line with what each end says', () => {
    expect(
      linksOf({
        links: [linkTo('2', 'origin'), linkTo('3', null)],
        linkedFrom: [linkFrom('3', null), linkFrom('2', 'part')],
      }),
    ).toEqual([
      `⇄ origin: dice: GET /roll, trace ${there} (linked back as its part)`,
      `⇄ links to dice: GET /roll, trace ${there} (linked back)`,
    ])
  })

  it('keeps links of different spans apart', () => {
    expect(linksOf({ links: [linkTo('2', 'callee')], linkedFrom: [linkFrom('3', 'caller')] })).toEqual([
      `→ callee: dice: GET /roll, trace ${there}`,
      `← linked from dice: GET /roll as its caller, trace ${there}`,
    ])
  })

  it('tells a link of a span to itself once', () => {
    const link = { ...linkTo('1', null, { state: 'self' }), traceId: here }
    const back = linkFrom('1', null)
    expect(
      linksOf({ links: [link], linkedFrom: [{ ...back, source: { ...back.source, traceId: here } }] }),
    ).toEqual(['→ links to this very span'])
  })

  it('says why a target cannot be named', () => {
    expect(linksOf({ links: [linkTo('2', 'message', { state: 'not_arrived' })] })).toEqual([
      `→ message: span 2222222222222222, trace ${there} (not arrived)`,
    ])
  })

  it('draws 8 links each way and counts the others, each once', () => {
    const digits = [...'123456789']
    const lines = linksOf({
      links: [...digits.map((digit) => linkTo(digit, null)), linkTo('a', 'callee')],
      linkedFrom: [linkFrom('a', 'caller'), ...[...'bcdef'].map((digit) => linkFrom(digit, 'caller'))],
      linkedFromCount: 30,
    })
    expect(lines.filter((line) => line.startsWith('→ links to'))).toHaveLength(8)
    expect(lines.filter((line) => line.startsWith('← linked from'))).toHaveLength(5)
    expect(lines.filter((line) => line.includes('more'))).toEqual(['→ … and 2 more', '← … and 24 more'])
  })

  it('counts spans it does not draw', () => {
    const spans = Array.from({ length: 120 }, (_, index) =>
      spanOf({ spanId: (index + 1).toString(16).padStart(16, '0') }),
    )
    expect(formatTrace(traceOf(spans, { spanCount: 1_000 }), 'address')).toContain('… and 900 more spans')
  })

  it('lets no control characters and no overrides of the reading direction through', () => {
    const text = formatTrace(
      traceOf([
        spanOf({
          name: '\u001b[2J\u202egpj.exe\u0000',
          serviceName: 'a\nb',
          status: { code: 'error', message: 'x'.repeat(500) },
          links: [linkTo('2', 'call\u0007er')],
        }),
      ]),
      'address',
    )
    expect(text).toContain('a�b: �[2J�gpj.exe� [client]')
    expect(text).toContain('call�er:')
    expect(text).toContain(`${'x'.repeat(119)}…`)
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })
})

describe('formatDuration', () => {
  it.each([
    [0n, '0 ns'],
    [-1_500n, '-1.5 µs'],
    [999_499n, '999 µs'],
    [999_500n, '1 ms'],
    [12_345_678n, '12.3 ms'],
    [999_500_000n, '1 s'],
    [125_000_000_000n, '125 s'],
  ])('tells %s nanoseconds as %s', (nanos, text) => {
    expect(formatDuration(nanos)).toBe(text)
  })
})
