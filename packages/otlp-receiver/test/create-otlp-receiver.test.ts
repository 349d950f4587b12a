import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import {
  createOtlpReceiver,
  type DecodedSink,
  type EncodedExport,
  type Encoding,
  type ExportOutcome,
  type ExportTraceServiceRequest,
  type OtlpReceiverOptions,
} from '../src/index.ts'
import { encodeTraces, traceCorpus } from '../src/testing.ts'
import { listen } from './listen.ts'
import { decodeMessage } from './otlp-proto.ts'

const encodings: readonly Encoding[] = ['json', 'protobuf']
const mediaTypes = { json: 'application/json', protobuf: 'application/x-protobuf' } as const
const kibibyte = 1024

const spans = (count: number, text = ''): ExportTraceServiceRequest => {
  const corpusCase = traceCorpus().find(({ name }) => name === 'an orphan')
  const [resourceSpans] = corpusCase?.request.resourceSpans ?? []
  const [scopeSpans] = resourceSpans?.scopeSpans ?? []
  const [span] = scopeSpans?.spans ?? []
  if (!resourceSpans || !scopeSpans || !span) throw new Error('the corpus has changed')
  const all = Array.from({ length: count }, (_, i) => ({
    ...span,
    spanId: (i + 1).toString(16).padStart(16, '0'),
    name: `span ${i}${text}`,
  }))
  return { resourceSpans: [{ ...resourceSpans, scopeSpans: [{ ...scopeSpans, spans: all }] }] }
}

/** A receiver that keeps what its sink got. */
const start = async (options: Partial<OtlpReceiverOptions> = {}) => {
  const received: ExportTraceServiceRequest[] = []
  const errors: unknown[] = []
  const sink: DecodedSink = {
    traces: (exported) => {
      received.push(exported)
    },
  }
  const receiver = createOtlpReceiver({ sink, onError: (error) => errors.push(error), ...options })
  const server = await listen(receiver)
  return { ...server, received, errors }
}

type Post = {
  readonly path?: string
  readonly method?: 'POST' | 'GET' | 'PUT' | 'OPTIONS'
  readonly headers?: Record<string, string>
  readonly body?: Uint8Array | string
}

const send = async (url: string, { path = '/v1/traces', method = 'POST', headers, body }: Post) => {
  const response = await request(`${url}${path}`, {
    method,
    ...(headers && { headers }),
    ...(body !== undefined && { body: Buffer.from(body) }),
  })
  return {
    status: response.statusCode,
    headers: response.headers,
    body: new Uint8Array(await response.body.arrayBuffer()),
  }
}

/** The `google.rpc.Status` in an answer, with the message of its `BadRequest`, from either encoding. */
const statusOf = (answer: {
  headers: Record<string, unknown>
  body: Uint8Array
}): Record<string, unknown> => {
  if (answer.headers['content-type'] === 'application/json') {
    return JSON.parse(Buffer.from(answer.body).toString())
  }
  expect(answer.headers['content-type']).toBe('application/x-protobuf')
  const { details, ...status } = decodeMessage('RpcStatus', answer.body) as {
    details?: { typeUrl: string; value: number[] }[]
  }
  return {
    ...status,
    ...(details && {
      details: details.map(({ typeUrl, value }) => ({
        '@type': typeUrl,
        ...decodeMessage('BadRequest', Uint8Array.from(value)),
      })),
    }),
  }
}

describe('createOtlpReceiver', () => {
  describe.each(encodings)('in %s', (encoding) => {
    const contentType = { 'content-type': mediaTypes[encoding] }
    const emptyBody = encoding === 'json' ? '{}' : ''

    it('hands the sink what was sent, and answers in the same encoding with partial_success unset', async () => {
      await using server = await start()
      const sent = spans(3)
      const answer = await send(server.url, { headers: contentType, body: encodeTraces(sent, encoding) })
      expect([answer.status, Buffer.from(answer.body).toString(), answer.headers['content-type']]).toEqual([
        200,
        emptyBody,
        mediaTypes[encoding],
      ])
      expect(server.received).toEqual([sent])
    })

    it.each(['traces', 'logs', 'metrics'])('takes an empty export of %s', async (signal) => {
      await using server = await start()
      const answer = await send(server.url, {
        path: `/v1/${signal}`,
        headers: contentType,
        body: emptyBody,
      })
      expect([answer.status, Buffer.from(answer.body).toString()]).toEqual([200, emptyBody])
    })

    it('tells the sender how many spans were rejected, and why', async () => {
      await using server = await start()
      const corpusCase = traceCorpus().find((it) => it.name === 'spans without valid ids of their own')
      if (!corpusCase) throw new Error('the corpus has changed')
      const answer = await send(server.url, { headers: contentType, body: corpusCase.encode(encoding) })
      const response =
        encoding === 'json'
          ? JSON.parse(Buffer.from(answer.body).toString())
          : decodeMessage('ExportTraceServiceResponse', answer.body)
      expect([answer.status, response]).toEqual([
        200,
        {
          partialSuccess: {
            rejectedSpans: '6',
            errorMessage: expect.stringMatching(/^Rejected 6 spans: traceId is not 16 bytes/),
          },
        },
      ])
      expect(server.received).toEqual([corpusCase.request])
    })

    it.each([
      ['logs', 'ExportLogsServiceResponse', 'rejectedLogRecords'],
      ['metrics', 'ExportMetricsServiceResponse', 'rejectedDataPoints'],
    ] as const)('passes on what the sink rejects of %s', async (signal, type, field) => {
      await using server = await start({
        sink: {
          [signal]: async (): Promise<ExportOutcome> => ({
            outcome: 'accepted',
            rejectedItems: 300,
            errorMessage: 'Too old.',
          }),
        } as DecodedSink,
      })
      const answer = await send(server.url, {
        path: `/v1/${signal}`,
        headers: contentType,
        body: emptyBody,
      })
      const response =
        encoding === 'json'
          ? JSON.parse(Buffer.from(answer.body).toString())
          : decodeMessage(type, answer.body)
      expect(response).toEqual({ partialSuccess: { [field]: '300', errorMessage: 'Too old.' } })
    })

    it.each([
      [400, 3, { body: encoding === 'json' ? '{"resourceSpans":5}' : '\n\u0005' }, /^Malformed/],
      [400, 3, { headers: { 'content-encoding': 'gzip' }, body: 'plain' }, /^The body is not gzip/],
      [404, 5, { path: '/v1/profiles' }, /^Nothing is here\. Send exports to \/v1\/traces, \/v1\/logs, /],
      [404, 5, { path: '/v1/traces/' }, /^Nothing is here/],
      [405, 12, { method: 'GET' }, /^GET is not allowed here/],
      [405, 12, { method: 'PUT', body: emptyBody }, /^PUT is not allowed here/],
      [415, 3, { headers: { 'content-encoding': 'compress' }, body: 'x' }, /received "compress"\.$/],
      [
        415,
        3,
        { headers: { 'content-encoding': 'gzip, br' }, body: 'x' },
        /^Content-Encoding: expected one of/,
      ],
      [413, 8, { body: Buffer.alloc(65 * kibibyte, 0x20) }, /^The body is larger than 65536 bytes as sent/],
      [
        413,
        8,
        { headers: { 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(129 * kibibyte)) },
        /^The body is larger than 131072 bytes after decompression/,
      ],
    ] as readonly (readonly [number, number, Post, RegExp])[])(
      'answers %i with google.rpc.Status code %i',
      async (status, code, post, message) => {
        await using server = await start({
          limits: { bodyBytes: 64 * kibibyte, decompressedBytes: 128 * kibibyte },
        })
        const answer = await send(server.url, { ...post, headers: { ...contentType, ...post.headers } })
        expect(answer.status).toBe(status)
        expect(answer.headers['content-type']).toBe(mediaTypes[encoding])
        expect(statusOf(answer)).toMatchObject({ code, message: expect.stringMatching(message) })
        expect(server.received).toEqual([])
      },
    )

    it('says which field is bad, as google.rpc.BadRequest', async () => {
      await using server = await start()
      const body = encoding === 'json' ? '{"resourceSpans":[{"schemaUrl":5}]}' : '\n\u0005'
      const answer = await send(server.url, { headers: contentType, body })
      // Broken protobuf has no field to point at.
      const field = encoding === 'json' ? { field: 'resourceSpans[0].schemaUrl' } : {}
      expect(statusOf(answer)).toMatchObject({
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.BadRequest',
            fieldViolations: [{ ...field, description: expect.stringMatching(/^Malformed/) }],
          },
        ],
      })
    })

    it('answers 503 with Retry-After when the sink is overloaded', async () => {
      await using server = await start({
        sink: { traces: () => ({ outcome: 'overloaded', retryAfterSeconds: 6.2 }) },
      })
      const answer = await send(server.url, { headers: contentType, body: emptyBody })
      expect([answer.status, answer.headers['retry-after'], statusOf(answer)]).toEqual([
        503,
        '7',
        { code: 14, message: 'The receiver is overloaded. Try again later.' },
      ])
    })

    it('answers 500 without a word of what failed, which its operator hears', async () => {
      const failure = new Error('password of the database: hunter2')
      await using server = await start({
        sink: {
          traces: () => {
            throw failure
          },
        },
      })
      const answer = await send(server.url, { headers: contentType, body: emptyBody })
      expect([answer.status, statusOf(answer)]).toEqual([
        500,
        { code: 13, message: 'The receiver failed to process this request.' },
      ])
      expect(server.errors).toEqual([failure])
    })
  })

  it.each([
    ['application/json; charset=utf-8', 200],
    ['Application/JSON', 200],
    [' application/json ;x="y"', 200],
    ['text/plain', 415],
    ['application/json-seq', 415],
    ['', 415],
    [undefined, 415],
  ])('takes Content-Type %j for OTLP or not: %i', async (contentType, status) => {
    await using server = await start()
    const answer = await send(server.url, {
      ...(contentType !== undefined && { headers: { 'content-type': contentType } }),
      body: '{}',
    })
    expect(answer.status).toBe(status)
    if (status === 415) {
      expect(answer.headers['content-type']).toBe('application/json')
      expect(statusOf(answer).message).toMatch(
        /^Content-Type: expected application\/x-protobuf or application\/json, (?:there is none|received )/,
      )
    }
  })

  it('names the methods and encodings that it does take', async () => {
    await using server = await start()
    const [get, compress] = await Promise.all([
      send(server.url, { method: 'GET' }),
      send(server.url, {
        headers: { 'content-type': 'application/json', 'content-encoding': 'compress' },
        body: 'x',
      }),
    ])
    expect(get.headers.allow).toBe('POST')
    expect(compress.headers['accept-encoding']).toBe('gzip, deflate, br, zstd, identity')
  })

  it.each([
    ['gzip', gzipSync],
    ['X-GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['identity', (bytes: Uint8Array) => bytes],
  ])('reads bodies in %s', async (contentEncoding, compress) => {
    await using server = await start()
    const sent = spans(40)
    for (const encoding of encodings) {
      const answer = await send(server.url, {
        headers: { 'content-type': mediaTypes[encoding], 'content-encoding': contentEncoding },
        body: compress(encodeTraces(sent, encoding)),
      })
      expect(answer.status).toBe(200)
    }
    expect(server.received).toEqual([sent, sent])
  })

  it('reads a body sent in chunks without a length, and refuses it as soon as it grows too long', async () => {
    await using server = await start({ limits: { bodyBytes: 64 * kibibyte } })
    const body = encodeTraces(spans(100), 'json')
    const chunked = async (chunks: Iterable<Uint8Array>) => {
      const response = await request(`${server.url}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: Readable.from(chunks),
      })
      await response.body.dump()
      return response.statusCode
    }
    expect(await chunked([body.subarray(0, 5), body.subarray(5, 2000), body.subarray(2000)])).toBe(200)
    expect(await chunked(Array.from({ length: 9 }, () => Buffer.alloc(8 * kibibyte, 0x20)))).toBe(413)
    expect(server.received).toHaveLength(1)
  })

  it('leaves the connection usable after every error', async () => {
    await using server = await start({ limits: { bodyBytes: 64 * kibibyte } })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const attempts: readonly (readonly [string, Record<string, string>, Buffer, number])[] = [
      ['/v1/traces', { 'content-type': 'application/json' }, Buffer.from('nonsense'), 400],
      ['/v1/nothing', { 'content-type': 'application/json' }, Buffer.alloc(512 * kibibyte), 404],
      ['/v1/traces', { 'content-type': 'text/plain' }, Buffer.alloc(512 * kibibyte), 415],
      ['/v1/traces', { 'content-type': 'application/json' }, Buffer.alloc(512 * kibibyte), 413],
      ['/v1/traces', { 'content-type': 'application/json' }, Buffer.from('{}'), 200],
    ]
    const seen: unknown[] = []
    for (const [path, headers, body] of attempts) {
      const sending = httpRequest(`${server.url}${path}`, { method: 'POST', headers, agent })
      sending.end(body)
      const [response] = (await once(sending, 'response')) as [IncomingMessage]
      await text(response)
      seen.push([response.statusCode, sending.reusedSocket])
    }
    agent.destroy()
    expect(seen).toEqual(attempts.map(([, , , status], i) => [status, i > 0]))
  })

  describe('cuts a refused sender off', () => {
    const refusedSender = async (port: number) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      // Not `once`, which fails on the error that being cut off is.
      const closed = new Promise((resolve) => socket.once('close', resolve))
      const answered = once(socket, 'data')
      socket.write('POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n')
      socket.write(`Content-Length: ${1024 ** 4}\r\n\r\n`)
      expect(String((await answered)[0])).toMatch(/^HTTP\/1\.1 413 /)
      return { socket, closed }
    }

    it('that does not stop sending', async () => {
      await using server = await start()
      const { socket, closed } = await refusedSender(server.port)
      const chunk = Buffer.alloc(1024 * kibibyte)
      const flood = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      }
      socket.on('drain', flood)
      flood()
      await closed
      // 8 MiB, and what the sockets' buffers hold.
      expect(socket.bytesWritten).toBeLessThan(64 * 1024 * kibibyte)
    })

    it('that sends on forever, a byte at a time', async () => {
      await using server = await start()
      const { socket, closed } = await refusedSender(server.port)
      const trickle = setInterval(() => socket.write(' '), 50)
      await closed
      clearInterval(trickle)
    })
  })

  it('answers 408 to an upload that stalls', async () => {
    await using server = await start({ limits: { uploadMillis: 50 } })
    const socket = connect(server.port, '127.0.0.1')
    socket.write('POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n')
    socket.write('Content-Length: 100\r\n\r\n{"resourceSpans":')
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 408 /)
    expect(String(answer)).toContain('The body was not complete after 50 ms.')
    socket.destroy()
    expect(server.received).toEqual([])
  })

  it('forgets an upload that is aborted, and gives its bytes back', async () => {
    await using server = await start({ limits: { bodyBytes: 64 * kibibyte, bytesInFlight: 64 * kibibyte } })
    for (let i = 0; i < 5; i++) {
      const socket = connect(server.port, '127.0.0.1')
      socket.write('POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n')
      socket.write(`Content-Length: 65536\r\n\r\n${' '.repeat(60 * kibibyte)}`)
      socket.end(() => socket.destroy())
      await once(socket, 'close')
    }
    const body = `${' '.repeat(60 * kibibyte)}{}`
    // The server may learn of the last abort after this request: then it is asked again.
    let status = 503
    for (let attempt = 0; status === 503 && attempt < 1000; attempt++) {
      status = (await send(server.url, { headers: { 'content-type': 'application/json' }, body })).status
    }
    expect(status).toBe(200)
    expect(server.received).toEqual([{ resourceSpans: [] }])
    expect(server.errors).toEqual([])
  })

  it('takes 200 uploads at once', async () => {
    await using server = await start()
    const body = gzipSync(encodeTraces(spans(20), 'json'))
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    const statuses = await Promise.all(
      Array.from({ length: 200 }, async () => (await send(server.url, { headers, body })).status),
    )
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(server.received).toHaveLength(200)
  })

  it('holds no more than its bytes in flight: the others are asked to come again', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    let held = 0
    let most = 0
    await using server = await start({
      limits: { bytesInFlight: 1024 * kibibyte },
      sink: {
        receive: async ({ body }): Promise<ExportOutcome> => {
          held += body.byteLength
          most = Math.max(most, held)
          await released
          held -= body.byteLength
          return { outcome: 'accepted' }
        },
      },
    })
    const headers = { 'content-type': 'application/x-protobuf' }
    const body = new Uint8Array(32 * kibibyte)
    let refused = 0
    const answers = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const answer = await send(server.url, { headers, body })
        // 32 of 32 KiB fit into 1 MiB, so 168 must be refused, and the others wait until they are.
        if (answer.status === 503 && ++refused === 168) release()
        return answer
      }),
    )
    const overloaded = answers.filter(({ status }) => status === 503)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(32)
    expect(overloaded).toHaveLength(168)
    expect(overloaded.every((it) => it.headers['retry-after'] === '1')).toBe(true)
    expect(most).toBe(1024 * kibibyte)
    expect((await send(server.url, { headers, body })).status).toBe(200)
  })

  it('counts what decompression adds to the bytes in flight', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<undefined>()
    await using server = await start({
      limits: { bytesInFlight: 1024 * kibibyte },
      sink: { traces: () => released },
    })
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    const body = gzipSync(`${' '.repeat(300 * kibibyte)}{}`)
    const answers = Array.from({ length: 4 }, () => send(server.url, { headers, body }))
    const first = await Promise.race(answers)
    release(undefined)
    const statuses = (await Promise.all(answers)).map(({ status }) => status)
    expect([first.status, statuses.toSorted()]).toEqual([503, [200, 200, 200, 503]])
  })

  it('gives an encoded sink the bytes as they came', async () => {
    const seen: EncodedExport[] = []
    await using server = await start({
      sink: {
        receive: (received) => {
          seen.push(received)
          return { outcome: 'undecodable', errorMessage: 'Found out elsewhere.', field: 'a.b' }
        },
      },
    })
    const body = gzipSync('anything')
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', 'x-tenant': 'a' }
    const answer = await send(server.url, { path: '/v1/logs', headers, body })
    expect(seen).toMatchObject([
      { signal: 'logs', encoding: 'json', contentEncoding: 'gzip', headers: { 'x-tenant': 'a' } },
    ])
    expect(Buffer.compare(Buffer.from(seen[0]?.body ?? []), body)).toBe(0)
    // Ready to be transferred to another thread.
    expect(seen[0]?.body.buffer.byteLength).toBe(body.byteLength)
    expect([answer.status, statusOf(answer)]).toMatchObject([
      400,
      { details: [{ fieldViolations: [{ field: 'a.b', description: 'Found out elsewhere.' }] }] },
    ])
  })

  it('lives beside other routes, under a path of its own', async () => {
    const receiver = createOtlpReceiver({ sink: {}, basePath: '/otlp' })
    await using server = await listen((incoming, response) => {
      if (receiver.handles(incoming)) receiver(incoming, response)
      else response.end(`the page ${incoming.url}`)
    })
    const headers = { 'content-type': 'application/json' }
    const answers = await Promise.all([
      send(server.url, { path: '/otlp/v1/traces?x=1', headers, body: '{}' }),
      send(server.url, { path: '/otlp/v1/metrics', method: 'OPTIONS' }),
      send(server.url, { path: '/v1/traces', headers, body: '{}' }),
      send(server.url, { path: '/otlp/v1/profiles', headers, body: '{}' }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 405, 200, 404])
    expect(Buffer.from(answers[2]?.body ?? []).toString()).toBe('the page /v1/traces')
    const paths = '/otlp/v1/traces, /otlp/v1/logs, /otlp/v1/metrics'
    const [, , , unknown] = answers
    expect(unknown && statusOf(unknown)).toMatchObject({
      message: `Nothing is here. Send exports to ${paths}.`,
    })
  })
})
