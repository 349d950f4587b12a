import { pbkdf2 } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Secret } from '../src/lib/config/secret.ts'
import type { Destination } from '../src/lib/config/telemetry-config.ts'
import { createResource } from '../src/lib/sdk/create-resource.ts'
import { createOtlpDelivery } from '../src/lib/sdk/otlp-delivery.ts'

function endedSpans(...names: string[]): ReadableSpan[] {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({
    resource: createResource({ 'service.name': 'test' }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  })
  for (const name of names) provider.getTracer('test').startSpan(name).end()
  return exporter.getFinishedSpans()
}

function unencodable(span: ReadableSpan | undefined): ReadableSpan {
  return Object.create(span ?? null, {
    name: {
      get() {
        throw new Error('no name')
      },
    },
  })
}

function destination(url: string, more: Partial<Destination> = {}): Destination {
  return {
    kind: 'otlp',
    url: `${url}/v1/traces`,
    headers: {},
    protocol: 'http/json',
    compression: 'gzip',
    timeoutMillis: 10_000,
    ...more,
  }
}

function deliver(to: Destination, spans = endedSpans('one'), signal = new AbortController().signal) {
  return createOtlpDelivery(to).deliver(spans, signal)
}

afterEach(() => vi.unstubAllEnvs())

describe('createOtlpDelivery', () => {
  it.each([
    ['http/json', 'gzip', 'json', 'gzip'],
    ['http/json', 'none', 'json', undefined],
    ['http/protobuf', 'gzip', 'protobuf', 'gzip'],
    ['http/protobuf', 'none', 'protobuf', undefined],
  ] as const)(
    'sends a batch as %s, compression %s',
    async (protocol, compression, encoding, contentEncoding) => {
      await using backend = await startTestReceiver()
      const delivery = await deliver(
        destination(backend.url, { protocol, compression }),
        endedSpans('one', 'two'),
      )
      expect(delivery).toMatchObject({ outcome: 'delivered', rejected: 0 })
      expect(backend.requests).toMatchObject([{ url: '/v1/traces', encoding, status: 200 }])
      expect(backend.requests[0]?.headers['content-encoding']).toBe(contentEncoding)
      expect(backend.spans().map(({ name }) => name)).toEqual(['one', 'two'])
      expect(backend.spans()[0]?.resourceSchemaUrl).toBe('https://opentelemetry.io/schemas/1.37.0')
    },
  )

  it('sends several batches at a time, each as it was', async () => {
    await using backend = await startTestReceiver()
    const { deliver, close } = createOtlpDelivery(destination(backend.url, { compression: 'gzip' }))
    const batches = Array.from({ length: 40 }, (_, batch) => {
      return endedSpans(...Array.from({ length: 16 }, (_, index) => `${batch}.${index}`))
    })
    // What compresses has to wait for the threads that do this.
    for (let thread = 0; thread < 8; thread++) pbkdf2('', '', 50_000, 64, 'sha512', () => {})
    const begun: ReturnType<typeof deliver>[] = []
    for (const batch of batches) {
      begun.push(deliver(batch, new AbortController().signal))
      // The next is encoded once this one is on its way to the threads.
      for (let turn = 0; turn < 20; turn++) await undefined
    }
    const deliveries = await Promise.all(begun)
    close()
    expect(new Set(deliveries.map(({ outcome }) => outcome))).toEqual(new Set(['delivered']))
    const sent = batches.flatMap((batch) => batch.map(({ name }) => name))
    expect(
      backend
        .spans()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(sent.toSorted())
  })

  it.each([
    ['http/json', 'gzip'],
    ['http/json', 'none'],
    ['http/protobuf', 'gzip'],
    ['http/protobuf', 'none'],
  ] as const)(
    'sends each of several batches as it was, as %s with compression %s',
    async (protocol, compression) => {
      await using backend = await startTestReceiver()
      const { deliver, close } = createOtlpDelivery(destination(backend.url, { protocol, compression }))
      const names = Array.from({ length: 6 }, (_, batch) => `${batch}`.repeat(100))
      const batches = names.map((name) => endedSpans(...Array.from({ length: 20 }, () => name)))
      const { signal } = new AbortController()
      const sent = batches.map(async (batch, index) => {
        // One after the other, and all before the first is connected: nothing of it has left its memory yet.
        for (let turn = 0; turn < 50 * index; turn++) await undefined
        return deliver(batch, signal)
      })
      expect(await Promise.all(sent)).toMatchObject(names.map(() => ({ outcome: 'delivered', rejected: 0 })))
      const received = Map.groupBy(backend.spans(), ({ name }) => name)
      expect([...received].map(([name, spans]) => [name, spans.length]).sort()).toEqual(
        names.map((name) => [name, 20]),
      )
      close()
    },
  )

  it.each(['http/json', 'http/protobuf'] as const)(
    'sends the headers of its destination, and none of OTEL_EXPORTER_OTLP_HEADERS by %s',
    async (protocol) => {
      vi.stubEnv(
        'OTEL_EXPORTER_OTLP_HEADERS',
        'authorization=Bearer%20other,x-api-key=other,host=other.example',
      )
      vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'X-Axiom-Dataset=other,x-more=other')
      await using backend = await startTestReceiver()
      const headers = { Authorization: new Secret('Bearer xaat-1'), 'X-Axiom-Dataset': 'traces' }
      await deliver(destination(backend.url, { headers, protocol }))
      expect(backend.requests[0]?.headers).toEqual({
        authorization: 'Bearer xaat-1',
        'x-axiom-dataset': 'traces',
        host: new URL(backend.url).host,
        'content-type': protocol === 'http/json' ? 'application/json' : 'application/x-protobuf',
        'content-encoding': 'gzip',
        'user-agent': expect.stringMatching(/^linked-traces\/\d+\.\d+\.\d+$/),
        connection: 'keep-alive',
        'content-length': expect.stringMatching(/^\d+$/),
      })
      expect(JSON.stringify(backend.requests[0]?.headers)).not.toContain('other')
    },
  )

  it('goes where its destination is and takes as long as that allows, whatever the environment says', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:9')
    vi.stubEnv('OTEL_EXPORTER_OTLP_COMPRESSION', 'gzip')
    vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '1')
    await using backend = await startTestReceiver()
    backend.respondWith({ delayMillis: 50 })
    expect(await deliver(destination(backend.url, { compression: 'none' }))).toMatchObject({
      outcome: 'delivered',
    })
    expect(backend.requests[0]?.headers['content-encoding']).toBeUndefined()
  })

  it.each([429, 502, 503, 504])(
    'makes one request of an export that is answered %i, and leaves the rest to the queue',
    async (status) => {
      await using backend = await startTestReceiver()
      backend.respondAlwaysWith({ status, headers: { 'retry-after': '7' } })
      expect(await deliver(destination(backend.url))).toMatchObject({
        outcome: 'retry',
        cause: `http ${status}`,
        retryAfterMillis: 7000,
        unreachable: false,
      })
      expect(backend.requests).toHaveLength(1)
    },
  )

  it('does not repeat a request at once when the backend is overloaded for no time at all', async () => {
    await using backend = await startTestReceiver()
    backend.respondAlwaysWith({ status: 503, headers: { 'retry-after': '0' }, delayMillis: 5 })
    expect(await deliver(destination(backend.url))).toMatchObject({ outcome: 'retry', retryAfterMillis: 0 })
    expect(backend.requests).toHaveLength(1)
  })

  it.each([400, 401, 403, 404, 413, 500])(
    'gives a batch up that is answered %i, with the words of the backend',
    async (status) => {
      await using backend = await startTestReceiver()
      backend.respondAlwaysWith({
        status,
        headers: { 'content-type': 'application/json' },
        body: '{"code":7,"message":"not like\\nthis"}',
      })
      expect(await deliver(destination(backend.url))).toMatchObject({
        outcome: 'refused',
        cause: `http ${status}`,
        words: expect.stringMatching(new RegExp(`^answered ${status} [A-Z].*: not like this$`)),
      })
    },
  )

  it('takes a web page for what it is, even with a status of success', async () => {
    await using backend = await startTestReceiver()
    backend.respondWith({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: '<html>',
    })
    expect(await deliver(destination(backend.url))).toMatchObject({
      outcome: 'refused',
      words: 'answered 200 OK',
      cure: 'Something else than an OTLP endpoint answers there: check the address.',
    })
  })

  it.each(['http/json', 'http/protobuf'] as const)(
    'passes on what a backend rejected of a batch sent by %s',
    async (protocol) => {
      await using backend = await startTestReceiver()
      const partial: Record<typeof protocol, string | Uint8Array> = {
        'http/json': '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}',
        'http/protobuf': new Uint8Array([10, 11, 8, 1, 18, 7, ...Buffer.from('too old')]),
      }
      const contentType = { 'http/json': 'application/json', 'http/protobuf': 'application/x-protobuf' }[
        protocol
      ]
      backend.respondWith({ status: 200, headers: { 'content-type': contentType }, body: partial[protocol] })
      expect(await deliver(destination(backend.url, { protocol }), endedSpans('one', 'two'))).toEqual({
        outcome: 'delivered',
        rejected: 1,
        reason: 'too old',
        status: 200,
      })
    },
  )

  it.each([
    ['null', { rejected: 0 }],
    ['{"partialSuccess":null}', { rejected: 0 }],
    ['not json', { rejected: 0 }],
    ['{"partialSuccess":{"rejectedSpans":"many","errorMessage":7}}', { rejected: 0, reason: undefined }],
    [
      '{"partialSuccess":{"errorMessage":"see\\u001b[31m\\nxaat-1"}}',
      { rejected: 0, reason: 'see [31m <redacted>' },
    ],
  ])('takes a success for one, whatever stands in its body, such as %s', async (body, expected) => {
    await using backend = await startTestReceiver()
    backend.respondWith({ status: 200, headers: { 'content-type': 'application/json' }, body })
    const headers = { Authorization: new Secret('Bearer xaat-1') }
    expect(await deliver(destination(backend.url, { headers }))).toMatchObject({
      outcome: 'delivered',
      ...expected,
    })
  })

  it.each(['http/json', 'http/protobuf'] as const)(
    'loses one span of a batch to a span that cannot be encoded as %s',
    async (protocol) => {
      await using backend = await startTestReceiver()
      const [one, two] = endedSpans('one', 'two')
      const broken = unencodable(one)
      if (two === undefined) throw new Error('No span.')
      expect(await deliver(destination(backend.url, { protocol }), [broken, two, broken])).toEqual({
        outcome: 'delivered',
        rejected: 2,
        reason: 'cannot be sent what has no encoding: no name',
        status: 200,
      })
      expect(backend.spans().map(({ name }) => name)).toEqual(['two'])
    },
  )

  it('gives a batch up in which nothing can be encoded', async () => {
    await using backend = await startTestReceiver()
    const [span] = endedSpans('one')
    expect(await deliver(destination(backend.url), [unencodable(span)])).toMatchObject({
      outcome: 'refused',
      words: 'cannot be sent what has no encoding: no name',
    })
    expect(backend.requests).toEqual([])
  })

  it('tells when nobody listens', async () => {
    const backend = await startTestReceiver()
    await backend.close()
    expect(await deliver(destination(backend.url))).toMatchObject({
      outcome: 'retry',
      cause: 'ECONNREFUSED',
      words: 'refused the connection',
      unreachable: true,
    })
  })

  it('tells when a connection breaks', async () => {
    await using backend = await startTestReceiver()
    backend.respondWith('drop')
    expect(await deliver(destination(backend.url))).toMatchObject({
      outcome: 'retry',
      cause: 'ECONNRESET',
      unreachable: false,
    })
  })

  it('ends an export that takes longer than it may', async () => {
    await using backend = await startTestReceiver()
    backend.respondWith('hang')
    expect(await deliver(destination(backend.url, { timeoutMillis: 100 }))).toMatchObject({
      outcome: 'retry',
      cause: 'ETIMEDOUT',
      words: 'did not answer within 100 ms',
    })
  })

  it('ends an export that answers without an end', async () => {
    const server = createServer((_request, response) => response.writeHead(503).write('wait'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const delivery = await deliver(destination(`http://127.0.0.1:${port}`, { timeoutMillis: 100 }))
    expect(delivery).toMatchObject({ outcome: 'retry', cause: 'http 503' })
    server.close()
  })

  it('ends an export when it is told to', async () => {
    await using backend = await startTestReceiver()
    backend.respondWith('hang')
    const abort = new AbortController()
    const delivery = deliver(destination(backend.url), undefined, abort.signal)
    await backend.waitForRequests(1)
    abort.abort()
    expect(await delivery).toMatchObject({ outcome: 'retry' })
  })

  it('keeps one connection for exports that follow each other', async () => {
    let connections = 0
    const server = createServer((request, response) => {
      request
        .resume()
        .once('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'))
    }).on('connection', () => connections++)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const { deliver, close } = createOtlpDelivery(destination(`http://127.0.0.1:${port}`))
    const { signal } = new AbortController()
    for (const name of ['one', 'two', 'three']) {
      expect(await deliver(endedSpans(name), signal)).toMatchObject({ outcome: 'delivered' })
      // The connection is free again when the exporter has seen the end of the answer.
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(connections).toBe(1)
    const closed = new Promise((resolve) => server.close(resolve))
    close()
    await closed
  })
})
