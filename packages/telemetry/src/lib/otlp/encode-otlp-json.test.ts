import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { oddTime, spanWith, spanWithValue } from '../../../test/any-span.ts'
import { parseJson } from '../../../test/stock-requests.ts'
import { encodeOtlpJson } from './encode-otlp-json.ts'

// What it has in common with the other format is in otlp-encoder.test.ts.

type Tree = { readonly [key: string]: unknown }

const ours = (spans: readonly ReadableSpan[]) => parseJson(encodeOtlpJson.atOnce(spans))
const stock = (spans: readonly ReadableSpan[]) => parseJson(JsonTraceSerializer.serializeRequest([...spans]))

/** The value of the one attribute of the one span. */
function valueIn(request: unknown): unknown {
  const { resourceSpans } = request as { resourceSpans: [{ scopeSpans: [{ spans: [Tree] }] }] }
  const [{ value }] = resourceSpans[0].scopeSpans[0].spans[0].attributes as [Tree]
  return value
}

describe('encodeOtlpJson', () => {
  it('writes the times of odd clocks as the stock serializer does', () => {
    fc.assert(
      fc.property(oddTime, oddTime, (startTime, endTime) => {
        const spans = [spanWith({ startTime, endTime })]
        expect(ours(spans)).toEqual(stock(spans))
      }),
      { seed: 20261122 },
    )
  })

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
})
