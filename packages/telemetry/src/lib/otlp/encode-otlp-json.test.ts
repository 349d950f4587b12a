import { traceCorpus } from '@linked-traces/otlp-receiver/testing'
import type { HrTime, SpanContext } from '@opentelemetry/api'
import { createTraceState } from '@opentelemetry/api'
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeOtlpJson } from './encode-otlp-json.ts'

type Tree = { readonly [key: string]: unknown }

const RUNS = { seed: 20261122, numRuns: 1000 }

function parse(body: Uint8Array | undefined): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
}

const ours = (spans: readonly ReadableSpan[]) => parse(encodeOtlpJson.atOnce(spans))
const stock = (spans: readonly ReadableSpan[]) => parse(JsonTraceSerializer.serializeRequest([...spans]))

/** What the stock serializer says, but for what receivers refuse: halves of surrogate pairs, and integers of more than 64 bits. */
function mended(tree: unknown): unknown {
  if (typeof tree === 'string') return tree.toWellFormed()
  if (Array.isArray(tree)) return tree.map(mended)
  if (typeof tree !== 'object' || tree === null) return tree
  if ('intValue' in tree && !isInt64(Number(tree.intValue))) return { doubleValue: tree.intValue }
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, mended(value)]))
}

const isInt64 = (value: number) => value >= -(2 ** 63) && value < 2 ** 63

const CONTEXT: SpanContext = {
  traceId: '5b8efff798038103d269b633813fc60c',
  spanId: 'eee19b7ec3c1b174',
  traceFlags: 1,
}
const RESOURCE = resourceFromAttributes({ 'service.name': 'test' })

function spanWith(fields: Partial<ReadableSpan> & { readonly context?: SpanContext } = {}): ReadableSpan {
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
function spanWithValue(value: unknown): ReadableSpan {
  return spanWith({ attributes: { value } as ReadableSpan['attributes'] })
}

/** The value of the one attribute of the one span. */
function valueIn(request: unknown): unknown {
  const { resourceSpans } = request as { resourceSpans: [{ scopeSpans: [{ spans: [Tree] }] }] }
  const [{ value }] = resourceSpans[0].scopeSpans[0].spans[0].attributes as [Tree]
  return value
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

function fromCorpus(span: CorpusSpan): ReadableSpan {
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
  // Clocks that stand still, run backwards or have halves of nanoseconds, and nanoseconds that are more than a second.
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
  { name: 'with attributes', attributes: { a: 1 }, droppedAttributesCount: 2 },
  { name: 'without', attributes: {} },
]
const span = fc
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

describe('encodeOtlpJson.atOnce', () => {
  it('says of any spans what the stock serializer says, in its order', () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 8 }), (spans) => {
        expect(ours(spans)).toEqual(mended(stock(spans)))
      }),
      RUNS,
    )
  })

  it('says it of the spans of full batches, one after the other, as the first time', () => {
    const batch = fc.sample(span, { ...RUNS, numRuns: 512 })
    const expected = mended(stock(batch))
    for (let round = 0; round < 3; round++) {
      const request = encodeOtlpJson.atOnce(batch)
      expect(parse(request)).toEqual(expected)
      encodeOtlpJson.recycle(request)
    }
  })

  it.each(traceCorpus().map(({ name, request }) => [name, request] as const))(
    'says the same of what receivers have got wrong: %s',
    (_, { resourceSpans }) => {
      const spans = resourceSpans.flatMap(({ scopeSpans }) =>
        scopeSpans.flatMap((scope) => scope.spans.map(fromCorpus)),
      )
      expect(ours(spans)).toEqual(mended(stock(spans)))
    },
  )

  it.each([NaN, Infinity, -Infinity])(
    'writes the double %d by its name (protobuf, "JSON format")',
    (value) => {
      expect(valueIn(ours([spanWithValue(value)]))).toEqual({ doubleValue: String(value) })
      expect(valueIn(stock([spanWithValue(value)]))).toEqual({ doubleValue: null })
    },
  )

  it.each([
    [2 ** 53, '{"intValue":9007199254740992}'],
    [2 ** 60, '{"intValue":1152921504606846976}'],
    [-(2 ** 63), '{"intValue":-9223372036854775808}'],
    [2 ** 63, '{"doubleValue":9223372036854776000}'],
    [1e300, '{"doubleValue":1e+300}'],
  ])('writes %d as a 64-bit integer with all its digits, or as a double', (value, expected) => {
    expect(Buffer.from(encodeOtlpJson.atOnce([spanWithValue(value)])).toString()).toContain(expected)
  })

  it('writes half a surrogate pair as U+FFFD, in names too', () => {
    const attributes = { 'a\ud800': 'b\udc00', ok: '😀' }
    const request = JSON.stringify(ours([spanWith({ name: '\ud800', attributes })]))
    expect(request).toContain('"name":"\ufffd"')
    expect(request).toContain(
      '{"key":"a\ufffd","value":{"stringValue":"b\ufffd"}},{"key":"ok","value":{"stringValue":"😀"}}',
    )
  })

  it('sees what has changed in a list that it has written before', () => {
    const list = ['one']
    const spans = [spanWithValue(list)]
    for (const length of [1, 2, 3, 4]) {
      expect(valueIn(ours(spans))).toEqual({
        arrayValue: { values: Array.from({ length }, () => ({ stringValue: 'one' })) },
      })
      list.push('one')
    }
  })

  it('keeps no more than so many names, and goes on when they are more', () => {
    const spans = Array.from({ length: 1500 }, (_, index) =>
      spanWith({ attributes: { [`key ${index}`]: index, a: 1 } }),
    )
    expect(ours(spans)).toEqual(stock(spans))
  })

  it('leaves a request as it is while the next is written', () => {
    const [first, second] = [spanWith({ name: 'first' }), spanWith({ name: 'second' })]
    const request = encodeOtlpJson.atOnce([first])
    encodeOtlpJson.atOnce([second])
    expect(parse(request)).toEqual(stock([first]))
  })

  it('writes a request of many megabytes', () => {
    const spans = Array.from({ length: 20 }, () => spanWithValue('\u0001'.repeat(100_000)))
    const request = encodeOtlpJson.atOnce(spans)
    expect(parse(request)).toEqual(stock(spans))
    encodeOtlpJson.recycle(request)
    expect(ours([spanWith()])).toEqual(stock([spanWith()]))
  })

  it('refuses a time that is no number, and writes the next spans as ever', () => {
    expect(() => encodeOtlpJson.atOnce([spanWith(), spanWith({ startTime: [Number.NaN, 0] })])).toThrow(
      RangeError,
    )
    expect(ours([spanWith()])).toEqual(stock([spanWith()]))
  })
})

describe('encodeOtlpJson.inSlices', () => {
  it('says what is said at once, of several batches at a time, and lets the event loop go on', async () => {
    const batches = [fc.sample(span, { ...RUNS, numRuns: 512 }), fc.sample(span, { seed: 7, numRuns: 512 })]
    const slow = batches.map((batch) => {
      return batch.map((each) => ({ ...each, attributes: { ...each.attributes, blob: '"'.repeat(20_000) } }))
    })
    let turns = 0
    const count = setInterval(() => turns++, 0)
    const [first, second] = slow.map((batch) => encodeOtlpJson.inSlices(batch))
    // In between, as at the exit of a process.
    expect(ours([spanWith()])).toEqual(stock([spanWith()]))
    const requests = [await first, await second]
    clearInterval(count)
    expect(turns).toBeGreaterThan(2)
    expect(requests.map(parse)).toEqual(slow.map((batch) => mended(stock(batch))))
  })

  it('refuses a time that is no number, and writes the next spans as ever', async () => {
    const spans = [spanWith(), spanWith({ endTime: [0, Number.NaN] })]
    await expect(encodeOtlpJson.inSlices(spans)).rejects.toThrow(RangeError)
    expect(parse(await encodeOtlpJson.inSlices([spanWith()]))).toEqual(stock([spanWith()]))
  })
})
