import { describe, expect, it } from 'vitest'
import { filterParams, formatFilterText, parseFilterText, type TextFilter } from './filter-text.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'

describe('parseFilterText', () => {
  it.each<[string, TextFilter]>([
    ['', {}],
    ['  roll   dice ', { text: 'roll dice' }],
    ['service=gateway status=error', { service: 'gateway', status: 'error' }],
    ['service.name=gateway status.code=ERROR', { service: 'gateway', status: 'error' }],
    ['service:gateway kind:SERVER', { service: 'gateway', kind: 'server' }],
    ['operation="GET /roll" name', { operation: 'GET /roll', text: 'name' }],
    ['duration>=100ms duration<=1.5s', { minDuration: '100ms', maxDuration: '1.5s' }],
    ['duration>20µs duration<2m', { minDuration: '20us', maxDuration: '2m' }],
    [`trace=${traceId.toUpperCase()}`, { traceId }],
    ['has:link', { hasLink: true }],
    ['-has:link is:root', { hasLink: false, isRoot: true }],
    ['-is:root', { isRoot: false }],
    [`linked_from=${traceId}/00f067aa0ba902b7`, { linkedFrom: `${traceId}/00f067aa0ba902b7` }],
    ['link.linked_traces.relation=caller', { linkAttribute: ['linked_traces.relation=caller'] }],
    ['http.route=/roll http.route=/dice', { attribute: ['http.route=/roll', 'http.route=/dice'] }],
    ['url.query=a=b&c', { attribute: ['url.query=a=b&c'] }],
    ['url.full=http://127.0.0.1:8080/', { attribute: ['url.full=http://127.0.0.1:8080/'] }],
    ['db.query.text="select \\"a\\" from b"', { attribute: ['db.query.text=select "a" from b'] }],
    ['empty=', { attribute: ['empty='] }],
    ['"kind"=dice', { attribute: ['kind=dice'] }],
    ['"my key"=1', { attribute: ['my key=1'] }],
    ['"a=b" "c"', { text: 'a=b c' }],
    ['http://host:80/', { text: 'http://host:80/' }],
    ['=x', { text: '=x' }],
    ['a<b', { text: 'a<b' }],
  ])('reads %s', (text, filter) => {
    expect(parseFilterText(text)).toEqual({ filter, problems: [] })
  })

  it.each([
    ['status=bad', 0, 10, 'status: expected unset, ok, error; received bad.'],
    ['x duration>=fast', 2, 16, 'duration: expected such as 250ms, 1.5s or 2m; received fast.'],
    ['duration=1s', 0, 11, 'duration: compare it with >= or <=, such as duration>=100ms.'],
    ['duration>1s duration>=2s', 12, 24, 'duration>= is given twice.'],
    ['service=', 0, 8, 'service: a value is missing.'],
    ['trace=12', 0, 8, 'trace: expected a trace id, 32 hex digits.'],
    ['linked_from=12', 0, 14, 'linked_from: expected a trace id, or a trace id, / and a span id.'],
    ['has:error', 0, 9, 'has: expected link, received error.'],
    ['has:link -has:link', 9, 18, 'has:link is given twice.'],
    ['is:leaf', 0, 7, 'is: expected root, received leaf.'],
    ['text "open', 5, 10, 'A quote is not closed.'],
    ['kind=server kind=client', 12, 23, 'kind is given twice. All terms must hold.'],
  ])('says what is wrong with %s and where', (text, start, end, message) => {
    expect(parseFilterText(text).problems).toEqual([{ start, end, message }])
  })

  it('keeps the terms that can be read beside one that cannot', () => {
    expect(parseFilterText('service=dice status=bad roll').filter).toEqual({ service: 'dice', text: 'roll' })
  })
})

describe('formatFilterText', () => {
  it.each<TextFilter>([
    {},
    { service: 'a "quoted" \\ name', operation: 'GET /a b' },
    { text: 'a  b' },
    { text: 'x=1' },
    { text: 'roll dice' },
    { text: ' ' },
    { attribute: ['kind=x', 'link.a=b', 'has=', 'is=root', '-has=link', 'a b=c d', 'k:1<2=v', '-x=1'] },
    { linkAttribute: ['linked_traces.relation=caller', 'a b=c=d'], hasLink: false },
    {
      kind: 'consumer',
      status: 'unset',
      minDuration: '1ms',
      maxDuration: '2.5s',
      traceId,
      linkedFrom: traceId,
    },
  ])('writes %j so that it is read as the same', (filter) => {
    expect(parseFilterText(formatFilterText(filter))).toEqual({ filter, problems: [] })
  })
})

describe('filterParams', () => {
  it('repeats conditions on attributes and leaves out what is not asked for', () => {
    const params = filterParams({ service: 'a b', attribute: ['x=1', 'y=2'], hasLink: true, from: '17' })
    expect(params.toString()).toBe('service=a+b&attribute=x%3D1&attribute=y%3D2&hasLink=true&from=17')
  })
})
