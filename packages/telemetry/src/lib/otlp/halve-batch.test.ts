import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { createResource } from '../sdk/create-resource.ts'
import { encodeOtlpJson } from './encode-otlp-json.ts'
import { encodeOtlpProtobuf } from './encode-otlp-protobuf.ts'
import type { EncodedBatch } from './encoded-batch.ts'
import { halveBatch } from './halve-batch.ts'

/** What we write, and what older versions have left in a spool. */
const ENCODERS = {
  'json by OpenTelemetry': (spans: ReadableSpan[]) => JsonTraceSerializer.serializeRequest(spans),
  'json by us': encodeOtlpJson.atOnce,
  'protobuf by OpenTelemetry': (spans: ReadableSpan[]) => ProtobufTraceSerializer.serializeRequest(spans),
  'protobuf by us': encodeOtlpProtobuf.atOnce,
}
type Encoding = keyof typeof ENCODERS
const ENCODINGS = Object.keys(ENCODERS) as readonly Encoding[]

/** Spans of two services and two scopes each. */
function makeSpans(): ReadableSpan[] {
  return ['one', 'two'].flatMap((service) => {
    const exporter = new InMemorySpanExporter()
    const provider = new TracerProvider({
      resource: createResource({ 'service.name': service }),
      spanProcessors: [new SimpleSpanProcessor({ exporter })],
    })
    for (const scope of ['a', 'b']) {
      for (const name of ['1', '2', '3']) {
        const attributes = { long: 'ü'.repeat(200), count: 7, share: 0.1, list: ['x', 'y'] }
        provider
          .getTracer(scope, '1.0.0')
          .startSpan(`${service}${scope}${name}`, { attributes })
          .addEvent('happened', { at: 1 })
          .end()
      }
    }
    return exporter.getFinishedSpans()
  })
}

function encode(encoding: Encoding, spans: readonly ReadableSpan[]): EncodedBatch {
  const body = ENCODERS[encoding]([...spans])
  if (body === undefined) throw new Error('It was not encoded.')
  return { spans: spans.length, encoding: encoding.startsWith('json') ? 'json' : 'protobuf', body }
}

const asText = ({ body, ...rest }: EncodedBatch) => ({ ...rest, body: Buffer.from(body).toString('latin1') })

describe('halveBatch', () => {
  it.each(ENCODINGS)(
    'makes of %s what the serializer makes of each half, down to single spans',
    (encoding) => {
      const check = (spans: readonly ReadableSpan[]) => {
        const middle = Math.ceil(spans.length / 2)
        const halves = [spans.slice(0, middle), spans.slice(middle)]
        expect(halveBatch(encode(encoding, spans)).map(asText)).toEqual(
          halves.map((half) => asText(encode(encoding, half))),
        )
        for (const half of halves) if (half.length > 1) check(half)
      }
      check(makeSpans())
    },
  )

  it.each(ENCODINGS)('makes nothing of a single span in %s', (encoding) => {
    expect(halveBatch(encode(encoding, makeSpans().slice(0, 1)))).toEqual([])
  })

  it.each(ENCODINGS)('makes nothing of what is not %s', (encoding) => {
    const { body, ...rest } = encode(encoding, makeSpans())
    expect(halveBatch({ ...rest, body: body.subarray(0, body.byteLength - 100) })).toEqual([])
    expect(halveBatch({ ...rest, spans: 1000, body: Buffer.from('\u0001\u0002\u0003') })).toEqual([])
  })
})
