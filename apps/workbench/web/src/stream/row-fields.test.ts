import { describe, expect, it } from 'vitest'
import type { Row } from '../../../src/api/contract.ts'
import { fieldText, lineFields, valueText } from './row-fields.ts'

const row: Row = {
  _rowId: '000000000001',
  _time: '2026-11-22T20:00:00.000000000Z',
  _sysTime: '2026-11-22T20:00:00.100000000Z',
  trace_id: 'a'.repeat(32),
  span_id: 'b'.repeat(16),
  parent_span_id: null,
  name: 'GET /roll',
  kind: 'server',
  duration: '12ms',
  error: true,
  'status.code': 'ERROR',
  'status.message': 'the die fell off the table',
  'service.name': 'dice',
  scope: 'http',
  'resource.host.name': 'box',
  'attributes.http.route': '/roll',
  'attributes.custom': { 'dice.value': 6, 'dice.tags': ['a', 'b'] },
  events: [],
  links: [{ trace_id: 'c'.repeat(32) }],
}

describe('fieldText', () => {
  it.each([
    ['kind', 'server'],
    ['http.route', '/roll'],
    ['attributes.http.route', '/roll'],
    ['dice.value', '6'],
    ['attributes.dice.value', '6'],
    ['resource.host.name', 'box'],
    ['status.message', 'the die fell off the table'],
    ['parent_span_id', null],
    ['http.method', null],
  ])('has for the column %s the text %s', (name, text) => {
    expect(fieldText(row, name)).toBe(text)
  })
})

describe('lineFields', () => {
  it('tells what went wrong first, then attributes, then where it ran, and ids last', () => {
    expect(lineFields(row).map(({ name, text }) => `${name}: ${text}`)).toEqual([
      'status.message: the die fell off the table',
      'kind: server',
      'dice.value: 6',
      'dice.tags: ["a","b"]',
      'http.route: /roll',
      `links: [{"trace_id":"${'c'.repeat(32)}"}]`,
      'scope: http',
      'resource.host.name: box',
      `trace_id: ${'a'.repeat(32)}`,
      `span_id: ${'b'.repeat(16)}`,
    ])
  })

  it('ends where no line has room for more', () => {
    const many = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, index) => [`attributes.k${index}`, 'v'.repeat(50)]),
    )
    expect(lineFields({ ...row, ...many }).length).toBeLessThan(30)
    expect(lineFields({ ...row, 'status.message': 'x'.repeat(100_000) })[0]?.text.length).toBe(1_000)
  })
})

describe('valueText', () => {
  it.each([
    [null, null],
    [undefined, null],
    [false, 'false'],
    [0, '0'],
    ['', ''],
    [[1, null], '[1,null]'],
    [{ a: 'b' }, '{"a":"b"}'],
  ])('writes %j as %j', (value, text) => {
    expect(valueText(value)).toBe(text)
  })
})
