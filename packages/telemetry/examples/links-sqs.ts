import { extractCarrier, injectCarrier } from '@linked-traces/telemetry/links'

export type MessageAttributes = Record<string, { DataType: string; StringValue: string }>

/** The trace context as message attributes of SQS. */
export function messageAttributes(): MessageAttributes {
  return injectCarrier<MessageAttributes>(
    {},
    {
      setter: {
        set: (attributes, name, value) => (attributes[name] = { DataType: 'String', StringValue: value }),
      },
    },
  )
}

/** Message attributes are read as they are, also as a Lambda function receives them. */
export function received(record: { messageAttributes?: object }) {
  return extractCarrier(record.messageAttributes, { relation: 'link' })
}
