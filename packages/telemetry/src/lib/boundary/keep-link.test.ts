import type { Link, Span, SpanContext } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { keepLink } from './keep-link.ts'

const target: SpanContext = { traceId: 'c'.repeat(32), spanId: 'c'.repeat(16), traceFlags: 1, isRemote: true }

const link = (index: number): Link => ({
  context: { traceId: 'b'.repeat(32), spanId: index.toString(16).padStart(16, '0'), traceFlags: 1 },
})
const links = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => link(from + index))

function start(linkCountLimit: number, created: Link[]): Span & ReadableSpan {
  const tracer = new TracerProvider({ spanLimits: { linkCountLimit } }).getTracer('test')
  const span = tracer.startSpan('span', { links: created }) as Span & ReadableSpan
  keepLink(span, target)
  return span
}

/** Span ids in short: `*` is the kept link. */
const ids = (span: ReadableSpan) =>
  span.links.map(({ context }) =>
    context.spanId === target.spanId ? '*' : Number.parseInt(context.spanId, 16),
  )

describe('keepLink', () => {
  it('keeps the link while 200 others come, and drops the oldest of those', () => {
    const span = start(128, [{ context: target, attributes: { why: 'kept' } }])
    for (const other of links(1, 200)) span.addLink(other)
    expect(ids(span)).toEqual(['*', ...Array.from({ length: 127 }, (_, index) => 74 + index)])
    expect(span.links[0]?.attributes).toEqual({ why: 'kept' })
    expect(span.droppedLinksCount).toBe(73)
  })

  it('keeps it through addLinks too', () => {
    const span = start(3, [{ context: target }])
    expect(span.addLinks(links(1, 5))).toBe(span)
    expect(ids(span)).toEqual(['*', 4, 5])
    expect(span.droppedLinksCount).toBe(3)
  })

  it('keeps it behind older links, which go first', () => {
    const span = start(3, [...links(1, 2), { context: target }])
    const seen = links(3, 6).map((other) => ids(span.addLink(other) as Span & ReadableSpan))
    expect(seen).toEqual([
      [2, '*', 3],
      ['*', 3, 4],
      ['*', 4, 5],
      ['*', 5, 6],
    ])
    expect(span.droppedLinksCount).toBe(4)
  })

  it('keeps it as the only one where one is allowed', () => {
    const span = start(1, [{ context: target }])
    span.addLinks(links(1, 3))
    expect(ids(span)).toEqual(['*'])
    expect(span.droppedLinksCount).toBe(3)
  })

  it('keeps none where none is allowed', () => {
    const span = start(0, [{ context: target }])
    span.addLinks(links(1, 3))
    expect(ids(span)).toEqual([])
    expect(span.droppedLinksCount).toBe(4)
  })

  it('changes nothing after the end', () => {
    const span = start(2, [{ context: target }])
    span.addLink(link(1))
    span.end()
    span.addLink(link(2))
    expect(ids(span)).toEqual(['*', 1])
  })
})
