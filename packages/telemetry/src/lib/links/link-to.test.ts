import { propagation, type SpanContext, TraceFlags, trace } from '@opentelemetry/api'
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { type LinkTarget, linksTo, linkTo } from './link-to.ts'
import { parseTraceState } from './tracestate.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const SPAN_ID = 'b7ad6b7169203331'
const TRACEPARENT = `00-${TRACE_ID}-${SPAN_ID}-03`
const OTHER = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

const sent = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 3, isRemote: true }

/** Anything, and anything at the places where a target keeps what is read of it. */
const anything = fc.anything({
  withMap: true,
  withTypedArray: true,
  withNullPrototype: true,
  withBigInt: true,
})
const awkward = fc.oneof(
  anything,
  fc.record(
    {
      traceId: fc.constantFrom(TRACE_ID, '', 1),
      spanId: fc.constantFrom(SPAN_ID, null),
      traceFlags: anything,
      traceState: anything,
      isRemote: anything,
    },
    { requiredKeys: [] },
  ),
  anything.map((value) => ({ spanContext: () => value })),
  anything.map((value) => ({ spanContext: value })),
  anything.map((value) => ({ traceparent: value, tracestate: value })),
)

describe('linkTo', () => {
  afterEach(() => propagation.disable())

  it.each<[string, LinkTarget]>([
    ['the text of a traceparent', TRACEPARENT],
    ['the text of a traceparent with whitespace around it', ` ${TRACEPARENT}\t`],
    ['a carrier', { TraceParent: [TRACEPARENT] }],
    ['Headers', new Headers({ traceparent: TRACEPARENT })],
    ['Kafka headers', { traceparent: Buffer.from(TRACEPARENT) }],
    ['SQS attributes', { traceparent: { DataType: 'String', StringValue: TRACEPARENT } }],
    ['a span context', sent],
    ['a span', trace.wrapSpanContext(sent)],
  ])('links to %s', (_, target) => {
    expect(linkTo(target)).toEqual([{ context: sent, attributes: { 'linked_traces.relation': 'origin' } }])
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text that is no traceparent', 'traceparent'],
    ['a carrier without a traceparent', {}],
    ['a carrier with two', { traceparent: [TRACEPARENT, OTHER] }],
    ['a carrier with the same one twice', { traceparent: TRACEPARENT, Traceparent: TRACEPARENT }],
    [
      'Headers with two',
      new Headers([
        ['traceparent', TRACEPARENT],
        ['traceparent', OTHER],
      ]),
    ],
    ['a span context without ids', { traceId: '', spanId: '', traceFlags: 0 }],
    [
      'a span without recording',
      trace.wrapSpanContext({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 }),
    ],
    [
      'a span that throws',
      {
        spanContext: () => {
          throw new Error('no')
        },
      },
    ],
    ['a number', 42],
  ])('is an empty list for %s', (_, target) => {
    expect(linkTo(target as LinkTarget)).toEqual([])
  })

  it('takes null for no options', () => {
    expect(linkTo(TRACEPARENT, null)).toEqual(linkTo(TRACEPARENT))
  })

  it('keeps the tracestate, folded from all its values', () => {
    const [link] = linkTo({ traceparent: TRACEPARENT, tracestate: ['rojo=1', 'congo=2'], TraceState: 'x=3' })
    expect(link?.context.traceState?.serialize()).toBe('rojo=1,congo=2,x=3')
  })

  it('keeps the link, not the tracestate, where the tracestate is invalid', () => {
    expect(linkTo({ traceparent: TRACEPARENT, tracestate: 'rojo=1,INVALID=2' })[0]?.context).toEqual(sent)
  })

  it('keeps the tracestate of a span context, and repairs what exporters would stumble over', () => {
    const traceState = parseTraceState('a=1')
    expect(linkTo({ ...sent, ...(traceState && { traceState }) })[0]?.context.traceState).toBe(traceState)
    const odd = {
      ...sent,
      traceFlags: undefined,
      traceState: 'a=1',
      isRemote: 'yes',
    } as unknown as SpanContext
    expect(linkTo(odd)[0]?.context).toEqual({
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      traceFlags: TraceFlags.NONE,
    })
  })

  it('states the relation and further attributes, which win', () => {
    expect(linkTo(sent, { relation: 'part', attributes: { n: 1 } })[0]?.attributes).toEqual({
      'linked_traces.relation': 'part',
      n: 1,
    })
    expect(linkTo(sent, { attributes: { 'linked_traces.relation': 'mine' } })[0]?.attributes).toEqual({
      'linked_traces.relation': 'mine',
    })
  })

  it('reads other formats by the registered propagator, but never a traceparent', () => {
    propagation.setGlobalPropagator(new B3Propagator({ injectEncoding: B3InjectEncoding.SINGLE_HEADER }))
    const b3 = `${TRACE_ID}-${SPAN_ID}-1`
    expect(linkTo({ B3: [Buffer.from(b3)] })[0]?.context).toEqual({ ...sent, traceFlags: 1 })
    expect(linkTo({ b3, traceparent: 'invalid' })).toEqual([])
  })

  it('survives a propagator that throws', () => {
    propagation.setGlobalPropagator({
      inject: () => {},
      extract: () => {
        throw new Error('no')
      },
      fields: () => [],
    })
    expect(linkTo({ b3: 'x' })).toEqual([])
  })

  it('never throws, and what it returns can be given to a span, whatever the target is', () => {
    fc.assert(
      fc.property(awkward, (target) => {
        for (const { context, attributes } of linkTo(target as LinkTarget)) {
          expect(trace.isSpanContextValid(context)).toBe(true)
          expect(Number.isInteger(context.traceFlags)).toBe(true)
          expect(typeof (context.traceState?.serialize() ?? '')).toBe('string')
          expect(attributes).toEqual({ 'linked_traces.relation': 'origin' })
        }
      }),
      { seed: 20261104, numRuns: 1000 },
    )
  })
})

describe('linksTo', () => {
  const from = (number: number) => `00-${TRACE_ID}-${number.toString(16).padStart(16, '0')}-01`

  it('links to the senders of messages and keeps their positions across messages without one', () => {
    const links = linksTo([from(1), undefined, {}, { traceparent: from(2) }, 'garbage', from(3)])
    expect(links.map(({ context, attributes }) => [Number(context.spanId), attributes])).toEqual([
      [1, { 'linked_traces.relation': 'message', 'linked_traces.batch.index': 0 }],
      [2, { 'linked_traces.relation': 'message', 'linked_traces.batch.index': 3 }],
      [3, { 'linked_traces.relation': 'message', 'linked_traces.batch.index': 5 }],
    ])
  })

  it('folds messages from one span into one link that says how many they are', () => {
    const links = linksTo([from(1), from(2), { traceparent: from(1) }, from(1)])
    expect(links.map(({ attributes }) => attributes)).toEqual([
      { 'linked_traces.relation': 'message', 'linked_traces.batch.index': 0, 'linked_traces.batch.count': 3 },
      { 'linked_traces.relation': 'message', 'linked_traces.batch.index': 1 },
    ])
  })

  it('finds the trace context and the attributes of a message where it is told', () => {
    const messages = [
      { id: 'a', headers: { traceparent: from(1) } },
      { id: 'b', headers: { traceparent: from(2) } },
    ]
    const links = linksTo(messages, {
      target: ({ headers }) => headers,
      relation: 'part',
      attributes: ({ id }, index) => ({ 'messaging.message.id': `${id}${index}` }),
    })
    expect(links.map(({ attributes }) => attributes)).toEqual([
      { 'linked_traces.relation': 'part', 'linked_traces.batch.index': 0, 'messaging.message.id': 'a0' },
      { 'linked_traces.relation': 'part', 'linked_traces.batch.index': 1, 'messaging.message.id': 'b1' },
    ])
  })

  it('takes null for no options', () => {
    expect(linksTo([TRACEPARENT], null)).toEqual(linksTo([TRACEPARENT]))
  })

  it('takes any iterable', () => {
    expect(linksTo(new Set([from(1), from(2)]))).toHaveLength(2)
  })

  it('loses only the message at which a function of the application throws', () => {
    const links = linksTo<string | null>([from(1), null, from(3)], {
      target: (message) => (message as string).trim(),
      attributes: () => ({}),
    })
    expect(links.map(({ attributes }) => attributes?.['linked_traces.batch.index'])).toEqual([0, 2])
  })

  it('never throws, whatever the messages are', () => {
    fc.assert(
      fc.property(fc.oneof(anything, fc.array(awkward)), (messages) => {
        expect(linksTo(messages as Iterable<unknown>)).toBeInstanceOf(Array)
      }),
      { seed: 20261105, numRuns: 500 },
    )
  })
})
