import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectTraces } from '../testing/expect-traces.ts'
import { recordSpans } from '../testing/record-spans.ts'
import type { Carrier } from './carrier.ts'
import { type ExtractOptions, extractCarrier } from './extract-carrier.ts'
import { withLinkedRoot } from './with-linked-root.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const SPAN_ID = 'b7ad6b7169203331'
const traceparent = `00-${TRACE_ID}-${SPAN_ID}-01`
const sender = { traceId: TRACE_ID, spanId: SPAN_ID }

const recorder = recordSpans()
const tracer = new TracerProvider({ spanProcessors: [recorder] }).getTracer('test')

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  )
})

afterAll(() => {
  context.disable()
  propagation.disable()
})

/**
 * Consumes a message inside a span of the consumer's own, as a polling loop does, and returns what was
 * recorded.
 */
function consume(carrier: Carrier, options?: ExtractOptions | null) {
  recorder.clear()
  tracer.startActiveSpan('poll', (poll) => {
    const received = extractCarrier(carrier, options)
    tracer.startActiveSpan('process', received, received.context, (span) => span.end())
    poll.end()
  })
  return recorder.spans
}

const asChild = [{ name: 'poll' }, { name: 'process', traceId: TRACE_ID, parentSpanId: SPAN_ID }]
const asLinkedRoot = [{ name: 'poll' }, { name: 'process', links: [{ to: sender, relation: 'message' }] }]

describe('extractCarrier', () => {
  it('continues the trace of the sender by default', () => {
    expectTraces(consume({ traceparent }), asChild)
  })

  it('takes null for no options', () => {
    expectTraces(consume({ traceparent }, null), asChild)
  })

  it('starts a new root with a link where the sender wishes it', () => {
    expectTraces(consume({ traceparent, 'linked-traces-relation': 'link' }), asLinkedRoot)
    const sqs = {
      traceparent: { DataType: 'String', StringValue: traceparent },
      'Linked-Traces-Relation': { DataType: 'String', StringValue: 'link' },
    }
    expectTraces(consume(sqs), asLinkedRoot)
  })

  it('lets the receiver override the wish', () => {
    expectTraces(consume({ traceparent }, { relation: 'link' }), asLinkedRoot)
    expectTraces(
      consume({ traceparent, 'linked-traces-relation': 'link' }, { relation: 'continue' }),
      asChild,
    )
  })

  it.each([['LINK'], [''], ['ignore'], [['link', 'continue']]])('continues where the wish is %j', (wish) => {
    expectTraces(consume({ traceparent, 'linked-traces-relation': wish }), asChild)
  })

  it('stays in the trace of the receiver where there is nothing to continue', () => {
    for (const carrier of [
      undefined,
      {},
      { traceparent: 'invalid' },
      { traceparent: [traceparent, traceparent] },
    ]) {
      expectTraces(consume(carrier), [{ name: 'poll', children: [{ name: 'process' }] }])
    }
  })

  it('starts a root without links where there is nothing to link to', () => {
    expectTraces(consume({}, { relation: 'link' }), [{ name: 'poll' }, { name: 'process' }])
  })

  it('gives the baggage of the sender, and keeps that of the receiver where the sender has none', () => {
    const receiver = propagation.setBaggage(
      ROOT_CONTEXT,
      propagation.createBaggage({ tenant: { value: 'own' } }),
    )
    for (const relation of ['continue', 'link'] as const) {
      const tenantOf = (carrier: Carrier) =>
        propagation
          .getBaggage(extractCarrier(carrier, { relation, context: receiver }).context)
          ?.getEntry('tenant')?.value
      expect(tenantOf({ traceparent, Baggage: [Buffer.from('tenant=theirs')] })).toBe('theirs')
      expect(tenantOf({ traceparent })).toBe('own')
    }
  })

  it('adds attributes to the link', () => {
    const { links } = extractCarrier(
      { traceparent },
      { relation: 'link', attributes: { 'messaging.message.id': 'm1' } },
    )
    expect(links[0]?.attributes).toEqual({
      'linked_traces.relation': 'message',
      'messaging.message.id': 'm1',
    })
  })

  it('tells which span sent the carrier', () => {
    const { spanContext } = extractCarrier({ traceparent, tracestate: '1st=a' })
    expect(spanContext).toMatchObject({ ...sender, traceFlags: 1, isRemote: true })
    expect(spanContext?.traceState?.serialize()).toBe('1st=a')
    expect(extractCarrier({}).spanContext).toBeUndefined()
  })

  it('leaves no span behind in the context of a root', () => {
    const { context: rootContext } = extractCarrier({ traceparent }, { relation: 'link' })
    expect(trace.getSpan(rootContext)).toBeUndefined()
  })

  it('starts a linked root of either relation when it is given to withLinkedRoot', () => {
    for (const [relation, stated] of [
      ['link', 'message'],
      ['continue', 'origin'],
    ] as const) {
      recorder.clear()
      withLinkedRoot('process', { tracer, ...extractCarrier({ traceparent }, { relation }) }, () => {})
      expectTraces(recorder.spans, [{ name: 'process', links: [{ to: sender, relation: stated }] }])
    }
  })

  it('never throws, whatever the carrier is', () => {
    const anything = fc.anything({ withMap: true, withTypedArray: true, withNullPrototype: true })
    const carrier = fc.oneof(
      anything,
      fc.record({ traceparent: anything, baggage: anything, 'linked-traces-relation': anything }),
    )
    fc.assert(
      fc.property(carrier, fc.constantFrom('link', 'continue', undefined), (value, relation) => {
        const received = extractCarrier(value as Carrier, relation && { relation })
        tracer.startSpan('process', received, received.context).end()
      }),
      { seed: 20261106, numRuns: 500 },
    )
  })
})
