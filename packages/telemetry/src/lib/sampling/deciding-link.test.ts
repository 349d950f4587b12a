import type { Link, SpanContext } from '@opentelemetry/api'
import { INVALID_SPAN_CONTEXT, ROOT_CONTEXT } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { setCrossing } from '../boundary/crossing.ts'
import { decidingLink } from './deciding-link.ts'

function span(id: number): SpanContext {
  return {
    traceId: id.toString(16).padStart(32, '0'),
    spanId: id.toString(16).padStart(16, '0'),
    traceFlags: 1,
  }
}

const links = (...contexts: SpanContext[]) => contexts.map((context) => ({ context }))

describe('decidingLink', () => {
  it('is the first valid link', () => {
    expect(decidingLink(ROOT_CONTEXT, links(INVALID_SPAN_CONTEXT, span(1), span(2)))).toEqual(span(1))
    expect(decidingLink(ROOT_CONTEXT, links(INVALID_SPAN_CONTEXT))).toBeUndefined()
    expect(decidingLink(ROOT_CONTEXT, [])).toBeUndefined()
  })

  it('passes over links to nothing', () => {
    const broken: Link[] = JSON.parse('[{}, { "context": null }]')
    expect(decidingLink(ROOT_CONTEXT, [...broken, ...links(span(1))])).toEqual(span(1))
  })

  it('is the trusted caller, wherever it stands among the links', () => {
    const caller = { ...span(9), isRemote: true }
    const crossed = setCrossing(ROOT_CONTEXT, { caller, trusted: true })
    expect(decidingLink(crossed, links(span(1), caller))).toBe(caller)
  })

  it('is the first link again in what a trusted request starts later', () => {
    const crossed = setCrossing(ROOT_CONTEXT, { caller: { ...span(9), isRemote: true }, trusted: true })
    expect(decidingLink(crossed, links(span(1), span(2)))).toEqual(span(1))
  })

  it('is never of the trace of an untrusted caller, whoever made the link', () => {
    const caller = { ...span(9), isRemote: true }
    const crossed = setCrossing(ROOT_CONTEXT, { caller, trusted: false })
    const sameTrace = { ...span(8), traceId: caller.traceId }
    expect(decidingLink(crossed, links(caller))).toBeUndefined()
    expect(decidingLink(crossed, links(sameTrace, { ...caller }))).toBeUndefined()
    expect(decidingLink(crossed, links(caller, span(1)))).toEqual(span(1))
  })
})
