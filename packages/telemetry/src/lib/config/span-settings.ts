import { fraction, integer, rate, text, timeout } from './kind.ts'
import { sampler } from './sampler-kind.ts'
import { setting } from './setting.ts'

/** Which traces are recorded. */
export const samplingSettings = {
  sampler: setting({
    env: ['OTEL_TRACES_SAMPLER'],
    option: 'sampler',
    kind: sampler,
    default: { name: 'parentbased_always_on' },
    defaultText: 'parentbased_always_on',
    doc: 'Which traces are recorded. In code also { name, ratio, rootsPerSecond } or a Sampler.',
  }),
  samplerArg: setting({
    env: ['OTEL_TRACES_SAMPLER_ARG'],
    kind: fraction,
    default: undefined,
    defaultText: '1',
    doc: 'The ratio of traceidratio, parentbased_traceidratio, linked_probability and linked_follow.',
  }),
  rootsPerSecond: setting({
    env: ['LINKED_TRACES_ROOTS_PER_SECOND'],
    kind: rate,
    default: undefined,
    defaultText: 'no limit',
    doc: 'How many of the roots without a link to go by linked_probability and linked_follow keep in a second, about.',
  }),
}

/** Bounds and pace of each destination's queue. */
export const queueSettings = {
  maxQueueSize: setting({
    env: ['OTEL_BSP_MAX_QUEUE_SIZE'],
    option: 'queue.maxQueueSize',
    kind: integer(1),
    default: 2048,
    doc: 'Spans waiting for one destination, at the most; more are dropped and counted.',
  }),
  maxQueueBytes: setting({
    env: ['LINKED_TRACES_QUEUE_BYTES'],
    option: 'queue.maxQueueBytes',
    kind: integer(1),
    default: 64 * 1024 * 1024,
    doc: 'Bytes of memory that these spans may take, about; more spans are dropped and counted.',
  }),
  maxExportBatchSize: setting({
    env: ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE'],
    option: 'queue.maxExportBatchSize',
    kind: integer(1),
    default: 512,
    defaultText: '512, or a smaller OTEL_BSP_MAX_QUEUE_SIZE',
    doc: 'Spans in one export; at most OTEL_BSP_MAX_QUEUE_SIZE.',
  }),
  scheduledDelayMillis: setting({
    env: ['OTEL_BSP_SCHEDULE_DELAY'],
    option: 'queue.scheduledDelayMillis',
    kind: integer(0),
    default: 5000,
    doc: 'Milliseconds between two exports while fewer spans than a batch are waiting.',
  }),
  exportTimeoutMillis: setting({
    env: ['OTEL_BSP_EXPORT_TIMEOUT'],
    option: 'queue.exportTimeoutMillis',
    kind: timeout,
    default: 30_000,
    doc: 'How long flush() waits for the spans that are on their way.',
  }),
}

/** What cannot be delivered goes to the disk. */
export const spoolSettings = {
  path: setting({
    env: ['LINKED_TRACES_SPOOL'],
    option: 'spool.path',
    kind: text,
    default: undefined,
    defaultText: 'none: nothing goes to the disk',
    doc: 'A folder for spans that cannot be delivered, in an outage or at the end of the process; they are sent later, also by another process.',
  }),
  maxBytes: setting({
    env: ['LINKED_TRACES_SPOOL_BYTES'],
    option: 'spool.maxBytes',
    kind: integer(1),
    default: 256 * 1024 * 1024,
    doc: 'Bytes on the disk for one destination, at the most; the oldest spans are dropped and counted.',
  }),
}

function limit(option: string, env: readonly string[], doc: string) {
  const kind = integer(0, { unlimited: true })
  return setting({ env, option: `spanLimits.${option}`, kind, default: 128, doc })
}

/** How much one span may hold. */
export const spanLimitSettings = {
  attributeValueLengthLimit: setting({
    env: ['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'],
    option: 'spanLimits.attributeValueLengthLimit',
    kind: integer(0, { unlimited: true }),
    default: Number.POSITIVE_INFINITY,
    defaultText: 'no limit',
    doc: 'Characters of an attribute value; longer ones are cut.',
  }),
  attributeCountLimit: limit(
    'attributeCountLimit',
    ['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'],
    'Attributes of a span.',
  ),
  eventCountLimit: limit('eventCountLimit', ['OTEL_SPAN_EVENT_COUNT_LIMIT'], 'Events of a span.'),
  linkCountLimit: limit(
    'linkCountLimit',
    ['OTEL_SPAN_LINK_COUNT_LIMIT'],
    'Links of a span. The boundary link is the last to go.',
  ),
  attributePerEventCountLimit: limit(
    'attributePerEventCountLimit',
    ['OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'],
    'Attributes of an event.',
  ),
  attributePerLinkCountLimit: limit(
    'attributePerLinkCountLimit',
    ['OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'],
    'Attributes of a link.',
  ),
}
