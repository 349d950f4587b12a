import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import type { TelemetryHealth } from '../src/lib/export/telemetry-health.ts'
import { makeLinkedTestTraces } from '../src/lib/sdk/linked-test-traces.ts'
import { Outlets } from '../src/lib/sdk/outlets.ts'

type Fault = (request: IncomingMessage, response: ServerResponse) => void

const JSON_TYPE = { 'content-type': 'application/json' }
const answer = (status: number, headers = {}, body: string | Uint8Array = ''): Fault => {
  return (_request, response) => void response.writeHead(status, headers).end(body)
}
/** The beginning of an answer that was to be longer. */
const breakOff = (status: number): Fault => {
  return (_request, response) => {
    response.writeHead(status, { ...JSON_TYPE, 'content-length': 100 })
    response.write('{"partial', () => response.destroy())
  }
}

const healthy = answer(200, JSON_TYPE, '{}')

/** A server whose first answer has a fault, and what has become of two spans once it is healthy again. */
const matrix: readonly [string, Fault, Expectation][] = [
  ...[200, 202, 204].map((status): [string, Fault, Expectation] => [
    `answers ${status}`,
    answer(status),
    { exported: 2, requests: 1, says: [] },
  ]),
  ...[301, 400, 401, 403, 404, 405, 415, 430, 500, 501].map((status): [string, Fault, Expectation] => [
    `answers ${status}`,
    answer(status),
    { refused: 2, requests: 1, says: [new RegExp(`answered ${status} .*; 2 spans lost\\.`)] },
  ]),
  ...[429, 502, 503, 504].map((status): [string, Fault, Expectation] => [
    `answers ${status}`,
    answer(status),
    {
      exported: 2,
      requests: 2,
      says: [new RegExp(`answered ${status} .*; 2 spans waiting`), /takes spans again/],
    },
  ]),
  [
    'answers 413',
    answer(413),
    { exported: 2, requests: 3, says: [/answered 413 .*; 2 spans waiting/, /again/] },
  ],
  [
    'takes its time',
    (request, response) => void setTimeout(healthy, 150, request, response),
    { exported: 2, requests: 1, says: [] },
  ],
  [
    'hangs',
    () => {},
    { exported: 2, requests: 2, says: [/did not answer within 400 ms; 2 spans waiting/, /again/] },
  ],
  [
    'drops the connection',
    (request) => void request.socket.destroy(),
    { exported: 2, requests: 2, says: [/could not be sent to: socket hang up; 2 spans waiting/, /again/] },
  ],
  // It was taken: what is missing of the answer is no reason to send it twice.
  ['drops a success in the middle of its body', breakOff(200), { exported: 2, requests: 1, says: [] }],
  [
    'drops a refusal in the middle of its body',
    breakOff(503),
    { exported: 2, requests: 2, says: [/answered 503 .*; 2 spans waiting/, /again/] },
  ],
  [
    'rejects a part',
    answer(200, JSON_TYPE, '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}'),
    { exported: 1, rejected: 1, requests: 1, says: [/rejected 1 of 2 spans: too old\./] },
  ],
  [
    'rejects more than there was',
    answer(200, JSON_TYPE, '{"partialSuccess":{"rejectedSpans":"9"}}'),
    { rejected: 2, requests: 1, says: [/rejected 2 of 2 spans\./] },
  ],
  [
    'is a web page',
    answer(200, { 'content-type': 'text/html' }, '<html>Sign in</html>'),
    {
      refused: 2,
      requests: 1,
      says: [/answered 200 OK; 2 spans lost\. Something else than an OTLP endpoint/],
    },
  ],
  [
    'answers in another encoding than it says',
    answer(200, { 'content-type': 'application/x-protobuf' }, '{"partialSuccess":{}}'),
    { exported: 2, requests: 1, says: [] },
  ],
  [
    'compresses what nobody asked it to',
    answer(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }, gzipSync('{}')),
    { exported: 2, requests: 1, says: [] },
  ],
  [
    'says it is compressed, and is not',
    answer(400, { ...JSON_TYPE, 'content-encoding': 'gzip' }, 'plain'),
    { refused: 2, requests: 1, says: [/answered 400 .*; 2 spans lost\./] },
  ],
  [
    'answers without an end',
    (_request, response) => void response.writeHead(200, JSON_TYPE).write('{'),
    { exported: 2, requests: 1, says: [] },
  ],
]

interface Expectation {
  readonly exported?: number
  readonly refused?: number
  readonly rejected?: number
  readonly requests: number
  readonly says: readonly RegExp[]
}

async function deliverTo(fault: Fault, protocol: 'http/json' | 'http/protobuf') {
  let requests = 0
  const server = createServer((request, response) => {
    const handle = requests++ === 0 ? fault : healthy
    request.resume().once('end', () => handle(request, response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const said: string[] = []
  const url = `http://127.0.0.1:${port}/v1/traces`
  const outlets = new Outlets({
    destinations: [{ kind: 'otlp', url, headers: {}, protocol, compression: 'gzip', timeoutMillis: 400 }],
    queue: {
      maxQueueSize: 100,
      maxQueueBytes: 1e6,
      maxExportBatchSize: 10,
      scheduledDelayMillis: 10,
      exportTimeoutMillis: 20_000,
    },
    spool: undefined,
    shutdownMillis: 20_000,
    say: (line) => said.push(line),
  })
  const { spans } = makeLinkedTestTraces({})
  for (const span of spans as readonly ReadableSpan[]) outlets.onEnd(span)
  await outlets.forceFlush()
  const { destinations }: TelemetryHealth = outlets.health()
  await outlets.shutdown()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  return { health: destinations[0], requests, said }
}

describe.each(['http/json', 'http/protobuf'] as const)('delivery by %s to a server that', (protocol) => {
  it.concurrent.each(matrix)(
    '%s',
    async (_, fault, { exported = 0, refused = 0, rejected = 0, requests, says }) => {
      const run = await deliverTo(fault, protocol)
      expect(run).toMatchObject({
        health: { exported, queued: 0, dropped: { refused, rejected, deadline: 0, queueFull: 0 } },
        requests,
      })
      expect(run.said).toEqual(says.map((pattern) => expect.stringMatching(pattern)))
    },
  )
})
