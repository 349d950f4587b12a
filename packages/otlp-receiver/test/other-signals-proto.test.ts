import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import { decodeLogs, decodeMetrics, UndecodableError } from '../src/index.ts'
import { ProtobufWriter } from '../src/lib/protobuf/protobuf-writer.ts'
import { exportLogsSchema } from '../src/lib/schema/logs-schema.ts'
import type { MessageSchema } from '../src/lib/schema/message-schema.ts'
import { exportMetricsSchema } from '../src/lib/schema/metrics-schema.ts'
import { encodeMessage, messageType } from './otlp-proto.ts'

/** A message as nested `[number, type, repeated]`, in which both notations can be compared. */
type Shape = { [name: string]: readonly [number, string | Shape, boolean] }

const shapeOfSchema = (schema: MessageSchema): Shape =>
  Object.fromEntries(
    [...schema.byNumber.values()].map(({ name, number, type, repeated }) => [
      name,
      [number, typeof type === 'string' ? type : shapeOfSchema(type), repeated],
    ]),
  )

const shapeOfProto = (type: protobuf.Type): Shape =>
  Object.fromEntries(
    type.fieldsArray.map((field) => {
      const resolved = field.resolve().resolvedType
      const isId = /^(?:trace|span)Id$/.test(field.name)
      const scalar = isId ? 'id' : field.type
      const shared = { KeyValue: 'keyValue', AnyValue: 'anyValue' }[field.type]
      const inner = resolved instanceof protobuf.Type ? (shared ?? shapeOfProto(resolved)) : scalar
      return [field.name, [field.id, inner, field.repeated]]
    }),
  )

const attributes = [{ key: 'k', value: { stringValue: 'v' } }]
const id = { traceId: '5b8efff798038103d269b633813fc60c', spanId: 'eee19b7ec3c1b174' }
const idBytes = { traceId: Buffer.from(id.traceId, 'hex'), spanId: Buffer.from(id.spanId, 'hex') }

const logs = (ids: object) => ({
  resourceLogs: [
    {
      resource: { attributes },
      scopeLogs: [
        { scope: { name: 's' }, logRecords: [{ body: { stringValue: 'hello' }, ...ids }, {}] },
        { logRecords: [{ severityNumber: 9, timeUnixNano: 5, attributes }] },
      ],
    },
  ],
})

const metrics = (ids: object) => ({
  resourceMetrics: [
    {
      scopeMetrics: [
        {
          metrics: [
            { name: 'gauge', gauge: { dataPoints: [{ asInt: -5 }, { asDouble: 1.5, exemplars: [ids] }] } },
            { name: 'sum', sum: { dataPoints: [{ attributes }], isMonotonic: true } },
            {
              name: 'histogram',
              histogram: { dataPoints: [{ count: 2, bucketCounts: [1, 1], explicitBounds: [0.5] }] },
              metadata: attributes,
            },
            {
              name: 'exponential',
              exponentialHistogram: {
                dataPoints: [{ scale: -1, positive: { offset: -3, bucketCounts: [1, 300] } }],
              },
            },
            { name: 'summary', summary: { dataPoints: [{ quantileValues: [{ quantile: 0.5, value: 1 }] }] } },
            { name: 'nothing' },
          ],
        },
      ],
    },
  ],
})

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))

describe('exportLogsSchema', () => {
  it('has every field of the logs proto', () => {
    expect(shapeOfSchema(exportLogsSchema)).toEqual(shapeOfProto(messageType('ExportLogsServiceRequest')))
  })
})

describe('exportMetricsSchema', () => {
  it('has every field of the metrics proto', () => {
    expect(shapeOfSchema(exportMetricsSchema)).toEqual(
      shapeOfProto(messageType('ExportMetricsServiceRequest')),
    )
  })
})

describe('decodeLogs', () => {
  it('counts log records in both encodings', () => {
    expect(decodeLogs(json(logs(id)), 'json')).toEqual({ logRecordCount: 3 })
    const body = encodeMessage('ExportLogsServiceRequest', logs(idBytes))
    expect(decodeLogs(body, 'protobuf')).toEqual({ logRecordCount: 3 })
  })

  it('reads on to the last field before it believes a body', () => {
    const body = encodeMessage('ExportLogsServiceRequest', logs(idBytes))
    for (let length = 1; length < body.length; length++) {
      expect(() => decodeLogs(body.subarray(0, length), 'protobuf'), `${length} bytes`).toThrow(
        UndecodableError,
      )
    }
    expect(() =>
      decodeLogs(json({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: 'text' }] }] }] }), 'json'),
    ).toThrow(/resourceLogs\[0\].scopeLogs\[0\].logRecords\[0\].body\): expected an object, found a string/)
  })
})

describe('decodeMetrics', () => {
  it('counts data points of every kind in both encodings', () => {
    expect(decodeMetrics(json(metrics(id)), 'json')).toEqual({ dataPointCount: 6 })
    const body = encodeMessage('ExportMetricsServiceRequest', metrics(idBytes))
    expect(decodeMetrics(body, 'protobuf')).toEqual({ dataPointCount: 6 })
  })

  it('reads repeated numbers packed and one by one, and refuses a pack that ends within a number', () => {
    const body = (dataPoint: (writer: ProtobufWriter) => void) =>
      new ProtobufWriter()
        .message(1, (it) =>
          it.message(2, (scope) =>
            scope.message(2, (metric) => metric.message(9, (histogram) => histogram.message(1, dataPoint))),
          ),
        )
        .finish()
    const mixed = body((it) => it.bytes(6, Buffer.alloc(16)).fixed64(6, 1n))
    expect(decodeMetrics(mixed, 'protobuf')).toEqual({ dataPointCount: 1 })
    const broken = body((it) => it.bytes(6, Buffer.alloc(12)))
    expect(() => decodeMetrics(broken, 'protobuf')).toThrow(UndecodableError)
  })

  it('refuses a number that is text', () => {
    const body = json({
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ sum: { dataPoints: [{ asDouble: 'much' }] } }] }] }],
    })
    expect(() => decodeMetrics(body, 'json')).toThrow(/dataPoints\[0\].asDouble/)
  })
})
