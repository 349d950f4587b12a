import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { decodeTraces } from '@linked-traces/otlp-receiver'
import { ProtobufWriter } from '../../apps/workbench/src/store/sqlite/protobuf-writer.ts'
import { writeResource, writeScope, writeSpan } from '../../apps/workbench/src/store/sqlite/span-encoder.ts'

/** Spans of one export, as the SDK's batch processor sends them. */
export const batchSpans = 512

const services = ['gateway', 'orders', 'payments', 'stock', 'mail', 'search', 'users', 'reports']
const routes = ['/api/orders/:id', '/api/orders', '/api/users/:id', '/api/search', '/api/cart', '/healthz']
const spansPerTrace = 10

/** Ids of spans that links may lead to; the newest replace the oldest. */
const recent: { traceId: string; spanId: string }[] = []
let turn = 0

const pick = <T>(values: readonly T[]): T => values[Math.floor(Math.random() * values.length)] as T
const text = (key: string, value: string) => ({ key, value: { stringValue: value } })
const int = (key: string, value: number) => ({ key, value: { intValue: String(value) } })

/** An export of {@link batchSpans} spans: ten attributes each, a link in every fourth, an error in a hundred, starting at `nanos`. */
function exportRequest(nanos: bigint): object {
  const spans: object[] = []
  while (spans.length < batchSpans) {
    const traceId = randomBytes(16).toString('hex')
    let parentSpanId = ''
    for (let index = 0; index < spansPerTrace && spans.length < batchSpans; index++) {
      const spanId = randomBytes(8).toString('hex')
      const start = nanos + BigInt(spans.length) * 1_000n
      const duration = BigInt(Math.floor(Math.random() ** 4 * 2e9) + 20_000)
      const target = spans.length % 4 === 0 ? pick(recent) : undefined
      const route = pick(routes)
      spans.push({
        traceId,
        spanId,
        parentSpanId,
        name: `${index % 2 === 0 ? 'GET' : 'POST'} ${route}`,
        kind: index % 2 === 0 ? 2 : 3,
        startTimeUnixNano: String(start),
        endTimeUnixNano: String(start + duration),
        flags: 0x101,
        attributes: [
          text('http.request.method', index % 2 === 0 ? 'GET' : 'POST'),
          int('http.response.status_code', pick([200, 200, 200, 201, 404, 500])),
          text('http.route', route),
          text('url.path', route.replace(':id', String(Math.floor(Math.random() * 1e6)))),
          text('url.scheme', 'https'),
          text('server.address', `${pick(services)}.internal.example`),
          int('server.port', 8443),
          text(
            'user_agent.original',
            'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)',
          ),
          text(
            'network.peer.address',
            `10.0.${Math.floor(Math.random() * 8)}.${Math.floor(Math.random() * 250)}`,
          ),
          text('app.user.id', `u-${Math.floor(Math.random() * 1e5)}`),
        ],
        links: target
          ? [{ ...target, flags: 0x301, attributes: [text('linked_traces.relation', 'caller')] }]
          : [],
        ...(Math.random() < 0.01 && { status: { code: 2, message: `upstream ${pick(services)} timed out` } }),
      })
      recent[turn++ % 1_000] = { traceId, spanId }
      parentSpanId = spanId
    }
  }
  return {
    resourceSpans: [
      {
        resource: {
          attributes: [
            text('service.name', pick(services)),
            text('service.version', '1.4.2'),
            text('host.name', 'bench'),
            text('telemetry.sdk.language', 'nodejs'),
          ],
        },
        scopeSpans: [{ scope: { name: '@opentelemetry/instrumentation-http', version: '0.301.1' }, spans }],
      },
    ],
  }
}

/** One export as a sender would put it on the wire, gzip level 6. */
export function makeBody(encoding: 'json' | 'protobuf', nanos: bigint): Buffer {
  const json = Buffer.from(JSON.stringify(exportRequest(nanos)))
  return gzipSync(encoding === 'json' ? json : toProtobuf(json))
}

function toProtobuf(json: Buffer): Uint8Array {
  const out = new ProtobufWriter()
  const { request } = decodeTraces(json, 'json')
  for (const { resource, schemaUrl, scopeSpans } of request.resourceSpans) {
    out.uint32(0x0a)
    const group = out.beginMessage(3)
    writeResource(out, resource, schemaUrl)
    for (const { scope, schemaUrl: scopeSchemaUrl, spans } of scopeSpans) {
      out.uint32(0x12)
      const inner = out.beginMessage(3)
      writeScope(out, scope, scopeSchemaUrl)
      for (const span of spans) writeSpan(out, span)
      out.endMessage(inner, 3)
    }
    out.endMessage(group, 3)
  }
  return out.view(0)
}
