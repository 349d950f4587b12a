import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { traceCorpus } from '@linked-traces/otlp-receiver/testing'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anySpan, fromCorpus, spanWith, spanWithValue } from '../../../test/any-span.ts'
import { parseJson, stockJson, stockProtobuf } from '../../../test/stock-requests.ts'
import { GZIP_OPTIONS } from '../export/gzip-options.ts'
import { encodeOtlpJson } from './encode-otlp-json.ts'
import { encodeOtlpProtobuf } from './encode-otlp-protobuf.ts'
import type { OtlpEncoder } from './otlp-encoder.ts'

interface Format {
  readonly encoder: OtlpEncoder
  /** What a request says, and what that of the stock serializer says, to be compared. */
  readonly read: (request: Uint8Array) => unknown
  readonly stock: (spans: readonly ReadableSpan[]) => unknown
}

const asHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

const FORMATS: Readonly<Record<string, Format>> = {
  JSON: { encoder: encodeOtlpJson, read: parseJson, stock: stockJson },
  // Byte by byte.
  protobuf: { encoder: encodeOtlpProtobuf, read: asHex, stock: (spans) => asHex(stockProtobuf(spans)) },
}

/** Those of a request, a handler and a call, each of a scope of its own, with as much in them as such spans have. */
function spansOfTrace(trace: number): ReadableSpan[] {
  const id = (of: string) => createHash('sha256').update(`${of} ${trace}`).digest('hex')
  const traceId = id('trace').slice(0, 32)
  const spanIds = ['server', 'internal', 'client'].map((kind) => id(kind).slice(0, 16))
  return spanIds.map((spanId, index) =>
    spanWith({
      kind: index,
      context: { traceId, spanId, traceFlags: 1 },
      ...(index > 0 && { parentSpanContext: { traceId, spanId: spanIds[0] ?? '', traceFlags: 1 } }),
      instrumentationScope: { name: `@linked-traces/instrumentation-${index}`, version: '1.0.0' },
      attributes: Object.fromEntries(
        Array.from({ length: 10 }, (_, attribute) => [`an.attribute.of.${index}.${attribute}`, 'a value']),
      ),
    }),
  )
}

const RUNS = { seed: 20261122, numRuns: 1000 }

describe.each(Object.entries(FORMATS))('an encoder of OTLP %s', (_, { encoder, read, stock }) => {
  const ours = (spans: readonly ReadableSpan[]) => read(encoder.atOnce(spans))

  it('says of any spans what the stock serializer says, in its order', () => {
    fc.assert(
      fc.property(fc.array(anySpan, { maxLength: 8 }), (spans) => {
        expect(ours(spans)).toEqual(stock(spans))
      }),
      RUNS,
    )
  })

  it('says it of the spans of full batches, one after the other, as the first time', () => {
    const batch = fc.sample(anySpan, { ...RUNS, numRuns: 512 })
    const expected = stock(batch)
    for (let round = 0; round < 3; round++) {
      const request = encoder.atOnce(batch)
      expect(read(request)).toEqual(expected)
      encoder.recycle(request)
    }
  })

  it.each(traceCorpus().map(({ name, request }) => [name, request] as const))(
    'says the same of what receivers have got wrong: %s',
    (_name, { resourceSpans }) => {
      const spans = resourceSpans.flatMap(({ scopeSpans }) =>
        scopeSpans.flatMap((scope) => scope.spans.map(fromCorpus)),
      )
      expect(ours(spans)).toEqual(stock(spans))
    },
  )

  it('writes values that come again, alone or a few in turn, as the first time', () => {
    const values = [
      'GET',
      'GET',
      'POST',
      'GET',
      'POST',
      'POST',
      'GET',
      1,
      1,
      '1',
      true,
      true,
      1,
      'GET',
      0,
      -0,
      0,
    ]
    const many = Array.from({ length: 40 }, (_value, index) => `value ${index >> 1}`)
    const spans = [...values, ...many, ...values, undefined, undefined, null, null].map(spanWithValue)
    const each = spans.map((span) => stock([span]))
    for (let round = 0; round < 3; round++) expect(spans.map((span) => ours([span]))).toEqual(each)
  })

  it('sees what has changed in a list that it has written before', () => {
    const list = ['one']
    const spans = [spanWithValue(list)]
    for (let length = 1; length < 5; length++) {
      expect(ours(spans)).toEqual(stock(spans))
      list.push('one')
    }
  })

  it('writes what attributes have themselves, and nothing that they inherit', () => {
    const inheriting = Object.assign(Object.create({ inherited: 1 }), { own: 2 })
    const spans = [spanWith({ attributes: inheriting }), spanWithValue(inheriting)]
    expect(ours(spans)).toEqual(
      stock(spans.map(() => spanWith({ attributes: { own: 2 } })).with(1, spanWithValue({ own: 2 }))),
    )
  })

  it('goes on when names are more than are kept', () => {
    const spans = Array.from({ length: 1500 }, (_span, index) =>
      spanWith({ attributes: { [`key ${index}`]: index, a: 1, ['long '.repeat(40)]: 'same' } }),
    )
    expect(ours(spans)).toEqual(stock(spans))
  })

  it('writes the spans of a trace so near to one another that compression finds the ids they share', () => {
    const traces = Array.from({ length: 170 }, (_, trace) => spansOfTrace(trace)).flat()
    const byScope = traces.toSorted((one, other) => one.kind - other.kind)
    const compressed = (spans: readonly ReadableSpan[]) =>
      gzipSync(encoder.atOnce(spans), GZIP_OPTIONS).length
    expect(compressed(traces) / compressed(byScope)).toBeLessThan(0.8)
  })

  it('leaves a request as it is while the next is written', () => {
    const [first, second] = [spanWith({ name: 'first' }), spanWith({ name: 'second' })]
    const request = encoder.atOnce([first])
    encoder.atOnce([second])
    expect(read(request)).toEqual(stock([first]))
  })

  it('writes into the memory of a request that was given back', () => {
    const request = encoder.atOnce([spanWith({ name: 'first' })])
    encoder.recycle(request)
    encoder.atOnce([spanWith({ name: 'second' })])
    expect(encoder.atOnce([spanWith({ name: 'third' })]).buffer).toBe(request.buffer)
  })

  it('writes a request of many megabytes', () => {
    const spans = Array.from({ length: 20 }, () => spanWithValue('\u0001'.repeat(100_000)))
    const request = encoder.atOnce(spans)
    expect(read(request)).toEqual(stock(spans))
    encoder.recycle(request)
    expect(ours([spanWith()])).toEqual(stock([spanWith()]))
  })

  it('refuses a time that is no number, and writes the next spans as ever', () => {
    expect(() => encoder.atOnce([spanWith(), spanWith({ startTime: [Number.NaN, 0] })])).toThrow(RangeError)
    expect(ours([spanWith()])).toEqual(stock([spanWith()]))
  })

  describe('in slices', () => {
    it('says what is said at once, of several batches at a time, and lets the event loop go on', async () => {
      const batches = [
        fc.sample(anySpan, { ...RUNS, numRuns: 512 }),
        fc.sample(anySpan, { seed: 7, numRuns: 512 }),
      ]
      const slow = batches.map((batch) =>
        batch.map((each) => ({ ...each, attributes: { ...each.attributes, blob: '€'.repeat(20_000) } })),
      )
      let turns = 0
      const count = setInterval(() => turns++, 0)
      const [first, second] = slow.map((batch) => encoder.inSlices(batch))
      // In between, as at the exit of a process.
      expect(ours([spanWith()])).toEqual(stock([spanWith()]))
      const requests = [await first, await second] as Uint8Array[]
      clearInterval(count)
      expect(turns).toBeGreaterThan(2)
      expect(requests.map(read)).toEqual(slow.map(stock))
    })

    it('refuses a time that is no number, and writes the next spans as ever', async () => {
      const spans = [spanWith(), spanWith({ endTime: [0, Number.NaN] })]
      await expect(encoder.inSlices(spans)).rejects.toThrow(RangeError)
      expect(read(await encoder.inSlices([spanWith()]))).toEqual(stock([spanWith()]))
    })
  })
})
