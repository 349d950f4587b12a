import type { Link, Span, SpanContext } from '@opentelemetry/api'
import { INVALID_SPAN_CONTEXT, trace } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { linkToCallee } from './callee-link.ts'

const own: SpanContext = { traceId: 'a'.repeat(32), spanId: 'a'.repeat(16), traceFlags: 1 }
const other = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`
const calleeLink = {
  context: { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), traceFlags: 1, isRemote: true },
  attributes: { 'linked_traces.relation': 'callee' },
}

function linksFor(headers: Parameters<typeof linkToCallee>[1], isRecording = true): Link[] {
  const links: Link[] = []
  const span: Span = Object.assign(Object.create(trace.wrapSpanContext(own)), {
    isRecording: () => isRecording,
    addLink: (link: Link) => links.push(link),
  })
  linkToCallee(span, headers)
  return links
}

describe('linkToCallee', () => {
  it('links to the span that traceresponse names', () => {
    expect(linksFor({ traceresponse: other })).toEqual([calleeLink])
  })

  it('links to the span that server-timing names', () => {
    expect(linksFor({ 'server-timing': `db;dur=3, trace;desc=${other}` })).toEqual([calleeLink])
  })

  it('reads flat lists of bytes or text, in any case', () => {
    const bytes = ['Content-Type', 'text/plain', 'Cache-Control', 'no-store', 'TraceResponse', other].map(
      (text) => Buffer.from(text),
    )
    expect(linksFor(bytes)).toEqual([calleeLink])
    expect(linksFor(['Server-Timing', 'db;dur=3', 'server-timing', `trace;desc=${other}`])).toEqual([
      calleeLink,
    ])
  })

  it.each([
    ['the trace that the call belongs to', { traceresponse: `00-${own.traceId}-${'d'.repeat(16)}-01` }],
    ['no valid span', { traceresponse: 'garbage', 'server-timing': 'trace;desc=garbage' }],
    ['no span at all', { 'content-type': 'text/plain' }],
  ])('makes no link when the response names %s', (_, headers) => {
    expect(linksFor(headers)).toEqual([])
    expect(linksFor(Object.entries(headers).flat())).toEqual([])
  })

  it('leaves spans alone that do not record', () => {
    expect(linksFor({ traceresponse: other }, false)).toEqual([])
    linkToCallee(trace.wrapSpanContext(INVALID_SPAN_CONTEXT), { traceresponse: other })
  })
})
