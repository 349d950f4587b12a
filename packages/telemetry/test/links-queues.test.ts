import { linksTo } from '@linked-traces/telemetry/links'
import { context, type Link, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { beforeAll, describe, expect, it } from 'vitest'
import { bull, kafka, rabbit, rdkafka } from '../examples/links-queues.ts'
import { messageAttributes } from '../examples/links-sqs.ts'

const SENDER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})

const asSender = <Result>(fn: () => Result): Result =>
  context.with(trace.setSpanContext(ROOT_CONTEXT, SENDER), fn)

const overTheWire = (headers: Record<string, string>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]))

const linkToSender = (attributes: object): Link[] => [
  {
    context: { ...SENDER, isRemote: true },
    attributes: { 'linked_traces.relation': 'message', 'linked_traces.batch.index': 0, ...attributes },
  },
]

describe('examples/links-queues', () => {
  it('links to the sender of a message of KafkaJS', () => {
    const { headers } = asSender(() => kafka.send('4'))
    expect(kafka.links([{ headers: overTheWire(headers), offset: '17' }])).toEqual(
      linkToSender({ 'messaging.kafka.offset': 17 }),
    )
  })

  it('links to the sender of a message of node-rdkafka', () => {
    const headers = asSender(rdkafka.headers).map(overTheWire)
    expect(rdkafka.links([{ headers }])).toEqual(linkToSender({}))
  })

  it('links to the sender of a message of RabbitMQ', () => {
    const properties = { ...asSender(rabbit.options), messageId: 'm1' }
    expect(rabbit.links([{ properties }])).toEqual(linkToSender({ 'messaging.message.id': 'm1' }))
  })

  it('links to the sender of a job of BullMQ, which travelled as JSON', () => {
    const data = JSON.parse(JSON.stringify(asSender(() => bull.data(4))))
    expect(bull.links([{ id: '7', data }])).toEqual(linkToSender({ 'messaging.message.id': '7' }))
  })

  it('links to the sender of a message of SQS, as its SDK and as Lambda spell it', () => {
    const sent = asSender(messageAttributes)
    const inLambda = { traceparent: { dataType: 'String', stringValue: sent.traceparent?.StringValue } }
    for (const attributes of [sent, inLambda]) expect(linksTo([attributes])).toEqual(linkToSender({}))
  })
})
