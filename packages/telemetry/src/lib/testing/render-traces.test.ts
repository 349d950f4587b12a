import { describe, expect, it } from 'vitest'
import { renderTraces } from './render-traces.ts'
import type { PlainLink, PlainSpan } from './span-source.ts'

const T1 = '0af7651916cd43dd8448eb211c80319c'
const T2 = '4bf92f3577b34da6a3ce929d0e0e4736'
const id = (number: number) => number.toString(16).padStart(16, '0')

const link = (traceId: string, spanId: string, relation?: string, flags = 1): PlainLink => ({
  traceId,
  spanId,
  flags,
  attributes: relation === undefined ? {} : { 'linked_traces.relation': relation },
})

const linkedPair: readonly PlainSpan[] = [
  {
    traceId: T2,
    spanId: id(4),
    name: 'GET /roll_with_link',
    kind: 'server',
    serviceName: 'dice',
    links: [link(T1, id(3), 'caller')],
    startTimeUnixNano: 3_000_000n,
    endTimeUnixNano: 4_500_000n,
  },
  {
    traceId: T2,
    spanId: id(5),
    parentSpanId: id(4),
    name: 'roll_dice_span',
    kind: 1,
    serviceName: 'dice',
    startTimeUnixNano: '3500000',
    endTimeUnixNano: 3_600_000,
  },
  {
    traceId: T1,
    spanId: id(3),
    parentSpanId: id(2),
    name: 'GET',
    kind: 'SPAN_KIND_CLIENT',
    serviceName: 'gateway',
    links: [link(T2, id(4), 'callee')],
    startTimeUnixNano: 2,
  },
  { traceId: T1, spanId: id(1), name: 'GET /roll_with_link', kind: 2, serviceName: 'gateway' },
  {
    traceId: T1,
    spanId: id(2),
    parentSpanId: id(1),
    name: 'parent_span',
    serviceName: 'gateway',
    kind: 'internal',
  },
  {
    traceId: T1,
    spanId: id(6),
    parentSpanId: id(1),
    name: 'log',
    kind: 'internal',
    serviceName: 'gateway',
    status: { code: 2, message: 'disk full' },
    startTimeUnixNano: 9,
  },
]

describe('renderTraces', () => {
  it('draws traces as trees, and a connection that both spans state once at each of them', () => {
    expect(renderTraces(linkedPair)).toBe(
      `trace 1
gateway: GET /roll_with_link [server]
├─ gateway: parent_span
│  └─ gateway: GET [client]
│        → leads to dice: GET /roll_with_link [server] in trace 2 (callee here, caller there)
└─ gateway: log ✗ disk full

trace 2
dice: GET /roll_with_link [server]
│  ← caused by gateway: GET [client] in trace 1 (caller here, callee there)
└─ dice: roll_dice_span`,
    )
  })

  it('shows ids and durations on demand', () => {
    expect(renderTraces(linkedPair.slice(0, 2), { ids: true, durations: true })).toBe(
      `trace 1 · ${T2}
dice: GET /roll_with_link [server] 1.5 ms #${id(4)}
│  ← caused by span ${id(3)} of trace ${T1} that was not recorded (caller here)
└─ dice: roll_dice_span 0.1 ms #${id(5)}`,
    )
  })

  it('is nothing for no spans', () => {
    expect(renderTraces([])).toBe('')
  })

  it('shows a link that one span states at both, causes before effects', () => {
    const spans: PlainSpan[] = [
      { traceId: T1, spanId: id(1), name: 'first' },
      {
        traceId: T1,
        spanId: id(2),
        parentSpanId: id(1),
        name: 'second',
        links: [link(T2, id(4), 'callee'), link(T1, id(1))],
      },
      {
        traceId: T1,
        spanId: id(3),
        parentSpanId: id(1),
        name: 'third',
        links: [link(T1, id(2), 'part'), link(T1, id(3))],
      },
    ]
    expect(renderTraces(spans)).toBe(
      `trace 1
unknown_service: first [unspecified]
│  → leads to unknown_service: second [unspecified] in trace 1 (link there)
├─ unknown_service: second [unspecified]
│     ← caused by unknown_service: first [unspecified] in trace 1 (link here)
│     → leads to a span that was not recorded (callee here)
│     → leads to unknown_service: third [unspecified] in trace 1 (part there)
└─ unknown_service: third [unspecified]
      ← caused by unknown_service: second [unspecified] in trace 1 (part here)
      ← caused by unknown_service: third [unspecified] in trace 1 (link here)
      → leads to unknown_service: third [unspecified] in trace 1 (link there)`,
    )
  })

  it('says why the target of a link is missing', () => {
    const spans: PlainSpan[] = [
      { traceId: T1, spanId: id(1), name: 'a', links: [link(T2, id(2), 'caller', 0)] },
    ]
    expect(renderTraces(spans)).toContain('← caused by a span that was not sampled (caller here)')
  })

  it('draws a span whose parent is elsewhere, and spans that are their own ancestors, once', () => {
    const spans: PlainSpan[] = [
      { traceId: T1, spanId: id(1), parentSpanId: id(9), name: 'continued', kind: 1 },
      { traceId: T1, spanId: id(2), parentSpanId: id(3), name: 'a', kind: 1 },
      { traceId: T1, spanId: id(3), parentSpanId: id(2), name: 'b', kind: 1 },
      { traceId: T1, spanId: id(4), parentSpanId: id(4), name: 'c', kind: 1 },
    ]
    expect(renderTraces(spans)).toBe(
      `trace 1
(child of a span elsewhere) unknown_service: continued
(child of a span elsewhere) unknown_service: a
└─ unknown_service: b
(child of a span elsewhere) unknown_service: c`,
    )
    expect(renderTraces(spans, { ids: true })).toContain(`(child of ${id(9)}) unknown_service: continued`)
  })

  it('lets no name break its lines', () => {
    const spans: PlainSpan[] = [{ traceId: T1, spanId: id(1), name: 'a\n\u001b[31mb\u202e', kind: 1 }]
    expect(renderTraces(spans)).toBe('trace 1\nunknown_service: a��[31mb�')
  })
})
