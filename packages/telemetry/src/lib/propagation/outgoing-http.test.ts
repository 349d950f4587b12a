import type { RequestOptions } from 'node:http'
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { injectMarked, isMarked, markHeaders } from './outgoing-http.ts'
import { TraceContextPropagator } from './trace-context-propagator.ts'
import { isWithheld } from './withheld.ts'

function marked(headers: RequestOptions['headers'] | [string, string | string[]][]) {
  const options = { headers } as RequestOptions
  markHeaders(options, true)
  return options.headers
}

/** A span whose request is about to be sent. */
function client() {
  const span = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 })
  return { span, sent: trace.setSpan(ROOT_CONTEXT, span) }
}

const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`

describe('markHeaders', () => {
  it.each([
    ['none', undefined, {}],
    ['an object', { Accept: 'x', 'X-List': ['1', '2'] }, { Accept: 'x', 'X-List': ['1', '2'] }],
    ['a flat list', ['Accept', 'x', 'Host', 'a.test'], { Accept: 'x', Host: 'a.test' }],
    ['names that come twice', ['X-List', '1', 'x-list', '2'], { 'X-List': ['1', '2'] }],
    [
      'a list of pairs',
      [['Accept', 'x'] as [string, string], ['X-List', ['1', '2']] as [string, string[]]],
      { Accept: 'x', 'X-List': ['1', '2'] },
    ],
  ])('gives %s as an object of the same headers', (_, headers, expected) => {
    const given = marked(headers)
    expect(isMarked(given)).toBe(true)
    expect(Object.entries(given ?? {})).toEqual(Object.entries(expected))
  })

  it('leaves the headers of the caller as they were', () => {
    const headers = { Accept: 'x' }
    marked(headers)
    expect(isMarked(headers)).toBe(false)
  })
})

describe('injectMarked', () => {
  it('writes into a copy of marked headers, as instrumentations make it, and marks it no longer', () => {
    const copy = Object.assign({}, marked({ TraceParent: 'stale', TRACESTATE: 'stale=1', Accept: 'x' }))
    if (!isMarked(copy)) throw new Error('The mark was not copied.')
    injectMarked(client().sent, copy, new TraceContextPropagator())
    expect(copy).toEqual({ Accept: 'x', traceparent })
    expect(isMarked(copy)).toBe(false)
  })

  it('leaves the wish of an application for a link, which is no part of the context', () => {
    const headers = marked({ 'linked-traces-relation': 'link' })
    if (!isMarked(headers)) throw new Error('There is no mark.')
    injectMarked(client().sent, headers, new TraceContextPropagator())
    expect(headers).toEqual({ 'linked-traces-relation': 'link', traceparent })
  })

  it('writes nothing where context may not go, and notes it for what is answered', () => {
    const options: RequestOptions = { headers: { TraceParent: 'theirs' } }
    markHeaders(options, false)
    const { span, sent } = client()
    if (!isMarked(options.headers)) throw new Error('There is no mark.')
    injectMarked(sent, options.headers, new TraceContextPropagator())
    expect(options.headers).toEqual({ TraceParent: 'theirs' })
    expect(isWithheld(span)).toBe(true)
  })
})
