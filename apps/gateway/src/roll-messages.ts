import { randomUUID } from 'node:crypto'
import { injectCarrier, linksTo, withLinkedRoot } from '@linked-traces/telemetry/links'
import { type Attributes, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import type { BatchQueue } from './batch-queue.ts'
import type { RunningJob } from './deferred-jobs.ts'
import type { DiceClient } from './dice-client.ts'

/** The wish for one roll. */
export interface RollMessage {
  readonly id: string
  /** The trace context of its sender. */
  readonly headers: Readonly<Record<string, string>>
  /** Where the result goes: what a broker would have a queue of replies for. */
  readonly job: RunningJob
  readonly reply: PromiseWithResolvers<number>
}

const tracer = trace.getTracer('service1')

/** As the semantic conventions for messaging spans name them (in development). The system is none of those they know. */
const QUEUE: Attributes = { 'messaging.system': 'in_process', 'messaging.destination.name': 'rolls' }

/** Sends a message, in a PRODUCER span whose context it carries; gives what is rolled for it. */
export function sendRoll(queue: BatchQueue<RollMessage>, job: RunningJob): Promise<number> {
  const id = randomUUID()
  const attributes = {
    ...QUEUE,
    'messaging.operation.name': 'send',
    'messaging.operation.type': 'send',
    'messaging.message.id': id,
  }
  return tracer.startActiveSpan('send rolls', { kind: SpanKind.PRODUCER, attributes }, (span) => {
    const reply = Promise.withResolvers<number>()
    queue.push({ id, headers: injectCarrier(), job, reply })
    span.end()
    return reply.promise
  })
}

/** Rolls for a whole batch with one request to dice, in one CONSUMER span that is linked to the sender of each message. */
export async function processRolls(dice: DiceClient, batch: readonly RollMessage[]): Promise<void> {
  const links = linksTo(batch, {
    target: (message) => message.headers,
    attributes: (message) => ({ 'messaging.message.id': message.id }),
  })
  const attributes = {
    ...QUEUE,
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.batch.message_count': batch.length,
  }
  // Not the active context: the timer of a queue runs in that of the message that happened to come first.
  const options = { kind: SpanKind.CONSUMER, links, attributes, tracer, context: ROOT_CONTEXT }
  try {
    await withLinkedRoot('process rolls', options, async (span) => {
      for (const job of new Set(batch.map((message) => message.job))) job.madeBy(span)
      const results = await dice.rollMany(batch.length)
      for (const [index, result] of results.entries()) batch[index]?.reply.resolve(result)
    })
  } catch (error) {
    for (const { reply } of batch) reply.reject(error)
  }
}
