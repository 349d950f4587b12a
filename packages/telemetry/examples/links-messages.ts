import { extractCarrier, injectCarrier, linksTo, withLinkedRoot } from '@linked-traces/telemetry/links'
import { SpanKind, trace } from '@opentelemetry/api'

export interface Message {
  readonly id: string
  readonly headers: Record<string, string | Buffer>
}

const tracer = trace.getTracer('orders')

/** The sender decides: its trace ends here, and the receiver starts a new one that is linked to this span. */
export function publish(id: string): Message {
  return tracer.startActiveSpan('publish order', { kind: SpanKind.PRODUCER }, (span) => {
    const message = { id, headers: injectCarrier({}, { relation: 'link' }) }
    span.end()
    return message
  })
}

/** Continues the sender's trace or starts a new one that is linked to it, as the sender wished. */
export function consume(message: Message): void {
  const received = extractCarrier(message.headers)
  tracer.startActiveSpan(
    'process order',
    { ...received, kind: SpanKind.CONSUMER },
    received.context,
    (span) => {
      // …
      span.end()
    },
  )
}

/** One span for a whole batch, linked to the sender of every message. */
export function consumeBatch(messages: readonly Message[]): void {
  const links = linksTo(messages, {
    target: (message) => message.headers,
    attributes: (message) => ({ 'messaging.message.id': message.id }),
  })
  withLinkedRoot('process orders', { links, kind: SpanKind.CONSUMER }, (span) => {
    span.setAttribute('messaging.batch.message_count', messages.length)
  })
}
