import { expectTraces, renderTraces } from '@linked-traces/telemetry/testing'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { requestReport } from '../examples/links-background-work.ts'
import { answersBeforeTheReportIsMade, recorder } from '../examples/links-expect-traces.ts'
import { consume, consumeBatch, publish } from '../examples/links-messages.ts'
import { retry } from '../examples/links-retry.ts'
import { messageAttributes, received } from '../examples/links-sqs.ts'

const tracer = trace.getTracer('test')

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [recorder] }))
})

beforeEach(() => recorder.clear())

const inRequest = <Result>(fn: () => Result): Result =>
  tracer.startActiveSpan('request', (span) => {
    const result = fn()
    span.end()
    return result
  })

describe('examples/links-background-work', () => {
  it('leaves the trace of the request when it is answered', async () => {
    const { answer, finished } = inRequest(() => requestReport('acme'))
    expect(answer).toBe('accepted')
    expect(await finished).toBe(12)
    expectTraces(recorder.spans, [
      { name: 'request', as: 'request', events: ['linked_traces.root_started'] },
      {
        name: 'make report',
        attributes: { 'app.customer': 'acme', 'app.report.pages': 12 },
        links: [{ to: 'request', relation: 'origin' }],
      },
    ])
  })
})

describe('examples/links-retry', () => {
  it('links each attempt to the one before, the first to the span it is started from', async () => {
    let failures = 2
    const work = async () => {
      if (failures-- > 0) throw new Error('busy')
      return 'sent'
    }
    expect(await inRequest(() => retry('send', 3, work))).toBe('sent')
    expectTraces(recorder.spans, [
      { name: 'request', as: 'request' },
      {
        name: 'send',
        as: '1',
        attributes: { 'app.attempt': 1 },
        status: 'error',
        links: [{ to: 'request', relation: 'origin' }],
      },
      {
        name: 'send',
        as: '2',
        attributes: { 'app.attempt': 2 },
        status: 'error',
        links: [{ to: '1', relation: 'previous_attempt' }],
      },
      {
        name: 'send',
        attributes: { 'app.attempt': 3 },
        status: 'unset',
        links: [{ to: '2', relation: 'previous_attempt' }],
      },
    ])
  })

  it('fails as the last attempt does', async () => {
    await expect(retry('send', 2, () => Promise.reject(new Error('down')))).rejects.toThrow('down')
    expect(recorder.spans).toHaveLength(2)
  })
})

describe('examples/links-messages', () => {
  it('starts a new trace at the receiver, linked to the sender', () => {
    const message = inRequest(() => publish('m1'))
    consume(message)
    expectTraces(recorder.spans, [
      { name: 'request', children: [{ name: 'publish order', kind: 'producer', as: 'sender' }] },
      { name: 'process order', kind: 'consumer', links: [{ to: 'sender', relation: 'message' }] },
    ])
  })

  it('links a batch to its senders, by the position of their messages', () => {
    const messages = [publish('m0'), { id: 'm1', headers: {} }, publish('m2')]
    consumeBatch(messages)
    expectTraces(recorder.spans, [
      { name: 'publish order', as: 'first' },
      { name: 'publish order', as: 'third' },
      {
        name: 'process orders',
        attributes: { 'messaging.batch.message_count': 3 },
        links: [
          {
            to: 'first',
            relation: 'message',
            attributes: { 'linked_traces.batch.index': 0, 'messaging.message.id': 'm0' },
          },
          {
            to: 'third',
            relation: 'message',
            attributes: { 'linked_traces.batch.index': 2, 'messaging.message.id': 'm2' },
          },
        ],
      },
    ])
  })
})

describe('examples/links-sqs', () => {
  it('carries the trace context in message attributes', () => {
    const attributes = inRequest(messageAttributes)
    expect(attributes.traceparent).toMatchObject({ DataType: 'String' })
    const { root, links } = received({ messageAttributes: attributes })
    tracer.startSpan('process', { root, links }).end()
    expectTraces(recorder.spans, [
      { name: 'request', as: 'request' },
      { name: 'process', links: [{ to: 'request', relation: 'message' }] },
    ])
    expect(received({}).links).toEqual([])
  })
})

describe('examples/links-expect-traces', () => {
  it('passes, and fails with a drawing where the application does something else', async () => {
    await answersBeforeTheReportIsMade()
    expect(() => expectTraces(recorder.spans, [])).toThrow(renderTraces(recorder.spans, { ids: true }))
  })
})
