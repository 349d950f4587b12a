import type { traceCorpus } from '@linked-traces/otlp-receiver/testing'
import type { HrTime, SpanContext } from '@opentelemetry/api'
import { createTraceState } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import fc from 'fast-check'

const CONTEXT: SpanContext = {
  traceId: '5b8efff798038103d269b633813fc60c',
  spanId: 'eee19b7ec3c1b174',
  traceFlags: 1,
}
const RESOURCE = resourceFromAttributes({ 'service.name': 'test' })

export function spanWith(
  fields: Partial<ReadableSpan> & { readonly context?: SpanContext } = {},
): ReadableSpan {
  const { context = CONTEXT, ...rest } = fields
  return {
    name: 'GET',
    kind: 1,
    spanContext: () => context,
    startTime: [1_763_850_000, 1],
    endTime: [1_763_850_001, 0],
    duration: [0, 999_999_999],
    ended: true,
    status: { code: 0 },
    attributes: {},
    links: [],
    events: [],
    resource: RESOURCE,
    instrumentationScope: { name: 'test' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    ...rest,
  }
}

/** What JavaScript may put into attributes, whatever their type says. */
export function spanWithValue(value: unknown): ReadableSpan {
  return spanWith({ attributes: { value } as ReadableSpan['attributes'] })
}

type CorpusSpan = ReturnType<
  typeof traceCorpus
>[number]['request']['resourceSpans'][number]['scopeSpans'][number]['spans'][number]
type CorpusAttributes = CorpusSpan['attributes']

/** As an application would have set them; doubles that are no numbers have a test of their own. */
function plainValue({ type, value }: CorpusAttributes[number]['value']): unknown {
  if (type === 'array') return value.map(plainValue)
  if (type === 'kvlist') return plainAttributes(value)
  if (type === 'int') return Number(value)
  return type === 'double' && !Number.isFinite(value) ? 0.5 : value
}

function plainAttributes(attributes: CorpusAttributes): ReadableSpan['attributes'] {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, plainValue(value)]),
  ) as ReadableSpan['attributes']
}

const timeOf = (nanos: bigint): HrTime => [Number(nanos / 1_000_000_000n), Number(nanos % 1_000_000_000n)]

/** A span of the receiver's corpus, as an application would have made it. */
export function fromCorpus(span: CorpusSpan): ReadableSpan {
  const { traceId, spanId, parentSpanId, flags, links, events } = span
  const contextOf = (ids: { traceId: string; spanId: string; flags: number }): SpanContext => ({
    traceId: ids.traceId,
    spanId: ids.spanId,
    traceFlags: ids.flags,
    isRemote: true,
  })
  return spanWith({
    ...span,
    context: contextOf({ traceId, spanId, flags }),
    parentSpanContext: contextOf({ traceId, spanId: parentSpanId, flags }),
    startTime: timeOf(span.startTimeUnixNano),
    endTime: timeOf(span.endTimeUnixNano),
    attributes: plainAttributes(span.attributes),
    links: links.map((link) => ({
      context: contextOf(link),
      attributes: plainAttributes(link.attributes),
      droppedAttributesCount: link.droppedAttributesCount,
    })),
    events: events.map((event) => ({
      ...event,
      time: timeOf(event.timeUnixNano),
      attributes: plainAttributes(event.attributes),
    })),
  })
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
  // Halves of surrogate pairs, control characters, and all else that sixteen bits can be.
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes)),
)
const integer = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -3, max: 3 }), fc.constant(-0))
const double = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .filter((value) => Math.abs(value) < 2 ** 63)
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    text,
    integer,
    double,
    fc.boolean(),
    fc.constantFrom(null, undefined, 12n, Symbol('no value'), new Date(0)),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
}))
// Few names and values, so that both come again from span to span.
const attributes = fc.dictionary(
  fc.oneof(fc.constantFrom('http.request.method', 'url.full', 'a'), text),
  fc.oneof(fc.constantFrom('GET', 'POST', 200, 1, '1', true, 0, -0), anyValue),
  { maxKeys: 6 },
) as fc.Arbitrary<ReadableSpan['attributes']>
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
const context = fc.record(
  {
    traceId: hex(32),
    spanId: hex(16),
    traceFlags: fc.integer({ min: 0, max: 0xfff }),
    isRemote: fc.boolean(),
    traceState: fc.constantFrom(createTraceState('a=1,b=2'), createTraceState('')),
  },
  { requiredKeys: ['traceId', 'spanId', 'traceFlags'] },
)
const count = fc.oneof(fc.constant(0), fc.nat())
const time: fc.Arbitrary<HrTime> = fc.oneof(
  fc.tuple(fc.integer({ min: 1_700_000_000, max: 1_800_000_000 }), fc.nat(999_999_999)),
  // Seconds of more than 32 bits, and nanoseconds of more than one.
  fc.tuple(fc.nat(18_446_744_070), fc.nat(2_000_000_000)),
)
/** Of clocks that stand still, run backwards or have halves of nanoseconds, and nanoseconds that are more than a second. */
export const oddTime: fc.Arbitrary<HrTime> = fc.oneof(
  fc.tuple(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -2, max: 2_000_000_000 })),
  fc.tuple(fc.double({ min: 0, max: 9, noNaN: true }), fc.double({ min: 0, max: 2e9, noNaN: true })),
)
const RESOURCES = [
  RESOURCE,
  resourceFromAttributes(
    { 'service.name': 'ü "\u2028', list: ['a', null, 'b'] },
    { schemaUrl: 'https://schema' },
  ),
  resourceFromAttributes({}, { schemaUrl: '' }),
]
const SCOPES = [
  { name: 'test' },
  { name: 'test', version: '' },
  { name: 'test', version: '1', schemaUrl: 'https://schema' },
  { name: 'test', version: '2', schemaUrl: 'https://schema' },
  { name: 'test', version: '2' },
  { name: 'with attributes', attributes: { a: 1 }, droppedAttributesCount: 2 },
  { name: 'without', attributes: {} },
]
/** Any span. */
export const anySpan: fc.Arbitrary<ReadableSpan> = fc
  .record(
    {
      name: text,
      kind: fc.integer({ min: 0, max: 4 }),
      context,
      parentSpanContext: fc.oneof(
        context,
        context.map((parent) => ({ ...parent, spanId: '' })),
      ),
      startTime: time,
      endTime: time,
      status: fc.record({ code: fc.integer({ min: 0, max: 2 }), message: text }, { requiredKeys: ['code'] }),
      attributes,
      links: fc.array(
        fc.record({ context, attributes, droppedAttributesCount: count }, { requiredKeys: ['context'] }),
        { maxLength: 3 },
      ),
      events: fc.array(
        fc.record(
          { name: text, time, attributes, droppedAttributesCount: count },
          { requiredKeys: ['name', 'time'] },
        ),
        { maxLength: 3 },
      ),
      resource: fc.constantFrom(...RESOURCES),
      instrumentationScope: fc.constantFrom(...SCOPES),
      droppedAttributesCount: count,
      droppedEventsCount: count,
      droppedLinksCount: count,
    },
    { requiredKeys: [] },
  )
  .map(spanWith)
