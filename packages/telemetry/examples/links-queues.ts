import { injectCarrier, linksTo } from '@linked-traces/telemetry/links'
import type { Link } from '@opentelemetry/api'

/** KafkaJS: headers go out as strings and come back as Buffers. */
export const kafka = {
  send: (value: string) => ({ value, headers: injectCarrier() }),
  links: (messages: readonly { headers: Record<string, Buffer>; offset: string }[]): Link[] =>
    linksTo(messages, {
      target: ({ headers }) => headers,
      attributes: ({ offset }) => ({ 'messaging.kafka.offset': Number(offset) }),
    }),
}

/** node-rdkafka and Confluent's client: a list of objects with one header each. */
export const rdkafka = {
  headers: () => Object.entries(injectCarrier()).map(([name, value]) => ({ [name]: value })),
  links: (messages: readonly { headers: Record<string, Buffer>[] }[]): Link[] =>
    linksTo(messages, { target: ({ headers }) => headers }),
}

/** RabbitMQ by amqplib: `channel.publish(exchange, key, content, options)`. */
export const rabbit = {
  options: () => ({ headers: injectCarrier() }),
  links: (messages: readonly { properties: { headers?: object; messageId: string } }[]): Link[] =>
    linksTo(messages, {
      target: ({ properties }) => properties.headers,
      attributes: ({ properties }) => ({ 'messaging.message.id': properties.messageId }),
    }),
}

/** BullMQ, and whatever else takes JSON: the carrier travels in the data. */
export const bull = {
  data: (roll: number) => ({ roll, trace: injectCarrier() }),
  links: (jobs: readonly { id: string; data: { trace?: object } }[]): Link[] =>
    linksTo(jobs, {
      target: ({ data }) => data.trace,
      attributes: ({ id }) => ({ 'messaging.message.id': id }),
    }),
}
