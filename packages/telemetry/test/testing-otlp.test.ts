import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { decodeTraces } from '@linked-traces/otlp-receiver'
import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { expectTraces, recordSpans, type SpanSource, toSpanRecords } from '@linked-traces/telemetry/testing'
import { createTraceState, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { beforeAll, describe, expect, it } from 'vitest'

const linked = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
  isRemote: true,
  traceState: createTraceState('rojo=1,congo=2'),
}

/** One and the same trace in every form in which a test may get hold of it. */
const sources: Record<string, SpanSource> = {}

beforeAll(async () => {
  const bodies: Record<string, Buffer> = {}
  const server = createServer(async (request, response) => {
    bodies[request.headers['content-type'] ?? ''] = await buffer(request)
    response.end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const receiver = await startTestReceiver()
  const recorder = recordSpans()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`
  const exporters = [
    new JsonExporter({ url }),
    new ProtobufExporter({ url }),
    new JsonExporter({ url: `${receiver.url}/v1/traces` }),
  ]
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'dice' }),
    spanProcessors: [recorder, ...exporters.map((exporter) => new BatchSpanProcessor({ exporter }))],
  })
  const tracer = provider.getTracer('tests')
  const root = tracer.startSpan('GET /roll', {
    kind: SpanKind.SERVER,
    links: [{ context: linked, attributes: { 'linked_traces.relation': 'caller', hops: 3 } }],
    attributes: { text: 'x', int: 7, double: 0.5, flag: true, list: ['a', 'b'], numbers: [1, 2] },
  })
  const child = tracer.startSpan('roll', {}, trace.setSpan(ROOT_CONTEXT, root))
  child.addEvent('rolled', { result: 6 })
  child.recordException(new RangeError('no dice'))
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'no dice' })
  child.end()
  root.end()
  await provider.shutdown()

  const json = bodies['application/json'] ?? Buffer.of()
  const protobuf = bodies['application/x-protobuf'] ?? Buffer.of()
  sources.recorded = recorder.spans
  sources['in OTLP JSON'] = JSON.parse(json.toString())
  sources['in a list of exports'] = [JSON.parse(json.toString())]
  sources['decoded from JSON'] = decodeTraces(json, 'json').request
  sources['decoded from protobuf'] = decodeTraces(protobuf, 'protobuf').request
  sources['received by the test receiver'] = receiver.spans()
  server.close()
  await receiver.close()
})

const FORMS = [
  'recorded',
  'in OTLP JSON',
  'in a list of exports',
  'decoded from JSON',
  'decoded from protobuf',
  'received by the test receiver',
]

describe('toSpanRecords', () => {
  it.each(FORMS)('makes the same records of spans %s', (form) => {
    const records = (source: SpanSource = []) =>
      toSpanRecords(source).sort((a, b) => a.spanId.localeCompare(b.spanId))
    expect(records(sources[form])).toHaveLength(2)
    expect(records(sources[form])).toEqual(records(sources.recorded))
  })
})

describe('expectTraces', () => {
  it.each(FORMS)('compares spans %s', (form) => {
    expectTraces(sources[form] ?? [], [
      {
        name: 'GET /roll',
        kind: 'server',
        service: 'dice',
        scope: 'tests',
        attributes: { text: 'x', int: 7, double: 0.5, flag: true, list: ['a', 'b'], numbers: [1, 2] },
        links: [
          {
            to: linked,
            relation: 'caller',
            attributes: { hops: 3 },
            traceState: 'rojo=1,congo=2',
            sampled: true,
          },
        ],
        children: [
          {
            name: 'roll',
            status: { code: 'error', message: 'no dice' },
            events: [
              { name: 'rolled', attributes: { result: 6 } },
              { name: 'exception', attributes: { 'exception.type': 'RangeError' } },
            ],
          },
        ],
      },
    ])
  })
})
