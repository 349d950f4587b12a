import { describe, expect, it } from 'vitest'
import type { AnyValue, KeyValue } from '../model/span.ts'
import type { StoredSpan } from '../model/stored-span.ts'
import { axiomRow, derivedFields } from './axiom-row.ts'

const attribute = (key: string, value: AnyValue): KeyValue => ({ key, value })
const text = (key: string, value: string): KeyValue => attribute(key, { type: 'string', value })
const none = { attributes: [], droppedAttributesCount: 0 }

const stored: StoredSpan = {
  span: {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    parentSpanId: '00f067aa0ba902b7',
    traceState: '',
    flags: 0x101,
    name: 'GET /rolldice',
    kind: 2,
    startTimeUnixNano: 1_781_867_036_470_878_809n,
    endTimeUnixNano: 1_781_867_036_653_677_770n,
    attributes: [
      text('http.request.method', 'GET'),
      attribute('http.response.status_code', { type: 'int', value: 500n }),
      text('http.request.header.x-request-id', '7'),
      text('app.product.id', 'p1'),
      attribute('app.big', { type: 'int', value: 2n ** 60n }),
    ],
    droppedAttributesCount: 0,
    events: [
      { timeUnixNano: 1_781_867_036_500_000_001n, name: 'rolled', ...none },
      {
        timeUnixNano: 1_781_867_036_500_000_002n,
        name: 'fell',
        ...none,
        attributes: [text('from', 'table')],
      },
    ],
    droppedEventsCount: 0,
    links: [
      {
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
        spanId: '53995c3f42cd8ad8',
        hasValidIds: true,
        traceState: '',
        flags: 0x301,
        ...none,
        attributes: [text('linked_traces.relation', 'caller')],
      },
    ],
    droppedLinksCount: 0,
    status: { code: 2, message: 'the die fell off the table' },
  },
  resource: {
    attributes: [
      text('service.name', 'dice'),
      text('service.version', '1.0.0'),
      text('telemetry.sdk.language', 'nodejs'),
      text('host.name', 'box'),
      text('team', 'games'),
    ],
    droppedAttributesCount: 0,
    entityRefs: [],
  },
  resourceSchemaUrl: '',
  scope: { name: 'service2', version: '0.1.0', ...none },
  scopeSchemaUrl: '',
  receivedAt: 1_781_867_037_000,
}

describe('axiomRow', () => {
  it('has every field of Axiom’s trace schema', () => {
    expect(axiomRow(stored)).toEqual({
      _rowId: '0mqktml3c-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331',
      _time: '2026-06-19T11:03:56.470878809Z',
      _sysTime: '2026-06-19T11:03:57.000000000Z',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      span_id: 'b7ad6b7169203331',
      parent_span_id: '00f067aa0ba902b7',
      name: 'GET /rolldice',
      kind: 'server',
      duration: '182.798961ms',
      error: true,
      'status.code': 'ERROR',
      'status.message': 'the die fell off the table',
      'service.name': 'dice',
      'service.version': '1.0.0',
      'telemetry.sdk.language': 'nodejs',
      'resource.host.name': 'box',
      'resource.custom': { team: 'games' },
      'scope.name': 'service2',
      'scope.version': '0.1.0',
      'attributes.http.request.method': 'GET',
      'attributes.http.response.status_code': 500,
      'attributes.http.request.header.x-request-id': '7',
      'attributes.custom': { 'app.product.id': 'p1', 'app.big': '1152921504606846976' },
      events: [
        { name: 'rolled', timestamp: '1781867036500000001', attributes: null },
        { name: 'fell', timestamp: '1781867036500000002', attributes: { from: 'table' } },
      ],
      links: [
        {
          trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
          span_id: '53995c3f42cd8ad8',
          attributes: { 'linked_traces.relation': 'caller' },
        },
      ],
    })
  })

  it('has null for the parent of a root and for a status that was not set', () => {
    const span = { ...stored.span, parentSpanId: '', status: { code: 0, message: '' } }
    expect(axiomRow({ ...stored, span })).toMatchObject({
      parent_span_id: null,
      error: false,
      'status.code': null,
      'status.message': null,
    })
  })

  it('lets no attribute take the place of a field of the span', () => {
    const attributes = [text('service.name', ''), text('trace_id', 'mine'), text('__proto__', 'x')]
    const row = axiomRow({ ...stored, resource: { ...stored.resource, attributes } })
    expect(row['service.name']).toBe('unknown_service')
    expect(row.trace_id).toBe(stored.span.traceId)
    expect(Object.entries(row['resource.custom'] as object)).toEqual([
      ['trace_id', 'mine'],
      ['__proto__', 'x'],
    ])
  })

  it('names rows in the order they were received', () => {
    const rowIds = [0, 35, 36, 1_781_867_037_000, 4_102_444_800_000].map(
      (receivedAt) => axiomRow({ ...stored, receivedAt })._rowId,
    )
    expect(rowIds.toSorted()).toEqual(rowIds)
  })
})

describe('derivedFields', () => {
  it('tells the fields a sender of older names would have filled, and from which', () => {
    expect(derivedFields(stored)).toEqual([
      { field: 'attributes.http.method', value: 'GET', from: ['attributes.http.request.method'] },
      { field: 'attributes.http.status_code', value: 500, from: ['attributes.http.response.status_code'] },
    ])
  })
})
