import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { spanSize } from './span-size.ts'

const LONG = 'x'.repeat(10_000)

function record(make: (tracer: ReturnType<TracerProvider['getTracer']>) => void): ReadableSpan {
  const exporter = new InMemorySpanExporter()
  make(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }).getTracer('test'))
  const [span] = exporter.getFinishedSpans()
  if (span === undefined) throw new Error('No span was recorded.')
  return span
}

describe('spanSize', () => {
  it('is that of a small object for a span with nothing in it', () => {
    expect(spanSize(record((tracer) => tracer.startSpan('a').end()))).toBe(601)
  })

  it.each<[string, (tracer: ReturnType<TracerProvider['getTracer']>) => void]>([
    ['its name', (tracer) => tracer.startSpan(LONG).end()],
    ['its attributes', (tracer) => tracer.startSpan('a', { attributes: { a: LONG } }).end()],
    ['an attribute key', (tracer) => tracer.startSpan('a', { attributes: { [LONG]: 1 } }).end()],
    ['an attribute with many values', (tracer) => tracer.startSpan('a', { attributes: { a: [LONG] } }).end()],
    [
      'the message of its status',
      (tracer) => tracer.startSpan('a').setStatus({ code: 2, message: LONG }).end(),
    ],
    ['an event', (tracer) => tracer.startSpan('a').addEvent('b', { c: LONG }).end()],
    [
      'a link',
      (tracer) => {
        const context = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }
        tracer.startSpan('a', { links: [{ context, attributes: { a: LONG } }] }).end()
      },
    ],
  ])('grows with the length of %s', (_, make) => {
    expect(spanSize(record(make))).toBeGreaterThanOrEqual(10_600)
    expect(spanSize(record(make))).toBeLessThan(11_000)
  })
})
