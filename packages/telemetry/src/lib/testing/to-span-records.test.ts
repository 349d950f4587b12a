import { describe, expect, it } from 'vitest'
import { toSpanRecords } from './to-span-records.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const SPAN_ID = 'b7ad6b7169203331'
const ids = { traceId: TRACE_ID, spanId: SPAN_ID }

const minimal = {
  ...ids,
  parentSpanId: undefined,
  name: 'a',
  kind: 'unspecified',
  serviceName: 'unknown_service',
  scope: { name: '' },
  attributes: {},
  status: { code: 'unset', message: '' },
  events: [],
  links: [],
  startTimeUnixNano: 0n,
  endTimeUnixNano: 0n,
}

describe('toSpanRecords', () => {
  it('fills in what a plain span leaves out', () => {
    expect(toSpanRecords([{ ...ids, name: 'a' }])).toEqual([minimal])
    expect(toSpanRecords([{ ...ids, parentSpanId: '', name: 'a' }])).toEqual([minimal])
    expect(
      toSpanRecords([{ ...ids, parentSpanId: null, name: 'a', links: [ids], events: [{ name: 'e' }] }]),
    ).toEqual([
      {
        ...minimal,
        links: [{ ...ids, traceState: '', flags: 0, attributes: {} }],
        events: [{ name: 'e', attributes: {} }],
      },
    ])
  })

  it.each([
    [{ attributes: { 'service.name': 'dice' } }],
    [{ attributes: [{ key: 'service.name', value: { stringValue: 'dice' } }] }],
    [{ 'service.name': 'dice' }],
  ])('reads the service of resource %j', (resource) => {
    expect(toSpanRecords([{ ...ids, name: 'a', resource }])[0]?.serviceName).toBe('dice')
  })

  it('leaves a record as it is', () => {
    const [record] = toSpanRecords([{ ...ids, name: 'a', links: [ids], startTimeUnixNano: '7' }])
    expect(record && toSpanRecords([record])).toEqual([record])
  })

  it.each<[string | number, string]>([
    [3, 'client'],
    ['client', 'client'],
    ['SPAN_KIND_CLIENT', 'client'],
    [99, 'unspecified'],
    ['other', 'unspecified'],
  ])('reads kind %j as %s', (kind, name) => {
    expect(toSpanRecords([{ ...ids, name: 'a', kind }])[0]?.kind).toBe(name)
  })

  it.each<[string | number, string]>([
    [2, 'error'],
    ['error', 'error'],
    ['STATUS_CODE_ERROR', 'error'],
    [0, 'unset'],
  ])('reads status code %j as %s', (code, name) => {
    expect(toSpanRecords([{ ...ids, name: 'a', status: { code } }])[0]?.status.code).toBe(name)
  })

  it('reads every type of attribute of OTLP JSON', () => {
    const attributes = [
      { key: 'string', value: { stringValue: '' } },
      { key: 'bool', value: { boolValue: false } },
      { key: 'int', value: { intValue: '42' } },
      { key: 'int as a number', value: { intValue: 42 } },
      { key: 'large int', value: { intValue: '9223372036854775807' } },
      { key: 'double', value: { doubleValue: 0.5 } },
      { key: 'infinite', value: { doubleValue: 'Infinity' } },
      { key: 'bytes', value: { bytesValue: 'AQI=' } },
      { key: 'array', value: { arrayValue: { values: [{ intValue: '1' }, {}] } } },
      { key: 'empty array', value: { arrayValue: {} } },
      { key: 'map', value: { kvlistValue: { values: [{ key: 'k', value: { stringValue: 'v' } }] } } },
      { key: 'empty', value: {} },
      { key: 'absent' },
    ]
    expect(toSpanRecords([{ ...ids, name: 'a', attributes }])[0]?.attributes).toEqual({
      string: '',
      bool: false,
      int: 42,
      'int as a number': 42,
      'large int': 9223372036854775807n,
      double: 0.5,
      infinite: Number.POSITIVE_INFINITY,
      bytes: new Uint8Array([1, 2]),
      array: [1, null],
      'empty array': [],
      map: { k: 'v' },
      empty: null,
      absent: null,
    })
  })

  it('reads every type of attribute of the decoder', () => {
    const attributes = [
      { key: 'string', value: { type: 'string', value: 'x' } },
      { key: 'int', value: { type: 'int', value: 42n } },
      { key: 'large int', value: { type: 'int', value: 2n ** 60n } },
      { key: 'array', value: { type: 'array', value: [{ type: 'bool', value: true }] } },
      { key: 'map', value: { type: 'kvlist', value: [{ key: 'k', value: { type: 'double', value: 1.5 } }] } },
      { key: 'empty', value: { type: 'empty', value: null } },
    ]
    expect(toSpanRecords([{ ...ids, name: 'a', attributes }])[0]?.attributes).toEqual({
      string: 'x',
      int: 42,
      'large int': 2n ** 60n,
      array: [true],
      map: { k: 1.5 },
      empty: null,
    })
  })

  it('takes the service and the scope from where an export keeps them, for one export or several', () => {
    const request = {
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'dice' } }] },
          scopeSpans: [{ scope: { name: 'tracer' }, spans: [{ ...ids, name: 'a' }] }, {}],
        },
        {},
      ],
    }
    const record = { ...minimal, serviceName: 'dice', scope: { name: 'tracer' } }
    expect(toSpanRecords(request)).toEqual([record])
    expect(toSpanRecords([request, { resourceSpans: [] }, request, { ...ids, name: 'a' }])).toEqual([
      record,
      record,
      minimal,
    ])
  })
})
