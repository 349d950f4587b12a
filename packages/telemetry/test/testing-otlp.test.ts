import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { expectTraces, type OtlpExport, recordSpans, toSpanRecords } from '@linked-traces/telemetry/testing'
import { createTraceState, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'

describe('toSpanRecords', () => {
  it('makes the same records of spans in memory and of what an OTLP backend receives', async () => {
    const requests: OtlpExport[] = []
    const server = createServer(async (request, response) => {
      requests.push(JSON.parse(await text(request)))
      response.setHeader('content-type', 'application/json').end('{}')
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const exporter = new OTLPTraceExporter({ url: `http://127.0.0.1:${port}/v1/traces` })
    const recorder = recordSpans()
    const provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'dice' }),
      spanProcessors: [recorder, new BatchSpanProcessor({ exporter })],
    })
    const tracer = provider.getTracer('tests')

    const linked = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: 1,
      isRemote: true,
      traceState: createTraceState('rojo=1,congo=2'),
    }
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
    server.close()

    const bySpanId = (a: { spanId: string }, b: { spanId: string }) => a.spanId.localeCompare(b.spanId)
    expect(requests).toHaveLength(1)
    expect(toSpanRecords(requests).sort(bySpanId)).toEqual(toSpanRecords(recorder.spans).sort(bySpanId))
    for (const spans of [requests, recorder.spans]) {
      expectTraces(spans, [
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
    }
  })
})
