import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { describe, expect, it } from 'vitest'
import { decodeTraces } from '../src/index.ts'

type ReadableSpans = Parameters<typeof JsonTraceSerializer.serializeRequest>[0]

const resource: ReadableSpans[number]['resource'] = {
  attributes: { 'service.name': 'dice', 'process.pid': 42 },
  asyncAttributesPending: false,
  merge: () => resource,
  getRawAttributes: () => [],
}

const spans: ReadableSpans = [
  {
    name: 'GET /rolldice',
    kind: SpanKind.SERVER,
    spanContext: () => ({
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: 'eee19b7ec3c1b174',
      traceFlags: TraceFlags.SAMPLED,
    }),
    startTime: [1_764_000_000, 123_456_789],
    endTime: [1_764_000_001, 0],
    duration: [0, 876_543_211],
    ended: true,
    status: { code: SpanStatusCode.ERROR, message: 'no dice' },
    attributes: { text: 'a', int: 6, negative: -1, double: 0.5, bool: true, list: ['a', 'b'] },
    droppedAttributesCount: 1,
    events: [{ name: 'rolled', time: [1_764_000_000, 500], attributes: { sides: 6 } }],
    droppedEventsCount: 2,
    links: [
      {
        context: {
          traceId: '0af7651916cd43dd8448eb211c80319c',
          spanId: 'b7ad6b7169203331',
          traceFlags: TraceFlags.SAMPLED,
          isRemote: true,
        },
        attributes: { 'linked_traces.relation': 'caller' },
      },
    ],
    droppedLinksCount: 3,
    resource,
    instrumentationScope: { name: 'roll', version: '1' },
  },
]

const text = (value: string) => ({ type: 'string', value })
const int = (value: bigint) => ({ type: 'int', value })

describe('decodeTraces', () => {
  it.each([
    ['json', JsonTraceSerializer],
    ['protobuf', ProtobufTraceSerializer],
  ] as const)('reads what OpenTelemetry JS exports as %s', (encoding, serializer) => {
    const body = serializer.serializeRequest(spans) as Uint8Array
    expect(decodeTraces(body, encoding)).toEqual({
      spanCount: 1,
      rejectedSpans: 0,
      errorMessage: '',
      request: {
        resourceSpans: [
          {
            schemaUrl: '',
            resource: {
              attributes: [
                { key: 'service.name', value: text('dice') },
                { key: 'process.pid', value: int(42n) },
              ],
              droppedAttributesCount: 0,
              entityRefs: [],
            },
            scopeSpans: [
              {
                schemaUrl: '',
                scope: { name: 'roll', version: '1', attributes: [], droppedAttributesCount: 0 },
                spans: [
                  {
                    traceId: '5b8efff798038103d269b633813fc60c',
                    spanId: 'eee19b7ec3c1b174',
                    traceState: '',
                    parentSpanId: '',
                    flags: 0x101,
                    name: 'GET /rolldice',
                    kind: 2,
                    startTimeUnixNano: 1_764_000_000_123_456_789n,
                    endTimeUnixNano: 1_764_000_001_000_000_000n,
                    attributes: [
                      { key: 'text', value: text('a') },
                      { key: 'int', value: int(6n) },
                      { key: 'negative', value: int(-1n) },
                      { key: 'double', value: { type: 'double', value: 0.5 } },
                      { key: 'bool', value: { type: 'bool', value: true } },
                      { key: 'list', value: { type: 'array', value: [text('a'), text('b')] } },
                    ],
                    droppedAttributesCount: 1,
                    events: [
                      {
                        timeUnixNano: 1_764_000_000_000_000_500n,
                        name: 'rolled',
                        attributes: [{ key: 'sides', value: int(6n) }],
                        droppedAttributesCount: 0,
                      },
                    ],
                    droppedEventsCount: 2,
                    links: [
                      {
                        traceId: '0af7651916cd43dd8448eb211c80319c',
                        spanId: 'b7ad6b7169203331',
                        hasValidIds: true,
                        traceState: '',
                        attributes: [{ key: 'linked_traces.relation', value: text('caller') }],
                        droppedAttributesCount: 0,
                        flags: 0x301,
                      },
                    ],
                    droppedLinksCount: 3,
                    status: { message: 'no dice', code: 2 },
                  },
                ],
              },
            ],
          },
        ],
      },
    })
  })
})
