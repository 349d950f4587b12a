import { brotliCompressSync, gzipSync } from 'node:zlib'
import { decodeTraces, type ExportTraceServiceRequest } from '@linked-traces/otlp-receiver'
import { traceCorpus } from '@linked-traces/otlp-receiver/testing'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import type { Imported, LinkSet } from '../src/api/contract.ts'
import { mostImportedBytes } from '../src/api/import-limit.ts'
import { startApi } from './api-server.ts'
import { otlpJson } from './otlp-json.ts'

const gateway = 'a'.repeat(32)
const dice = 'd'.repeat(32)
const linkedPair = [
  otlpJson('gateway', [
    {
      traceId: gateway,
      spanId: '1'.repeat(16),
      name: 'GET',
      links: [{ traceId: dice, spanId: '2'.repeat(16), relation: 'callee' }],
    },
  ]),
  otlpJson('dice', [
    {
      traceId: dice,
      spanId: '2'.repeat(16),
      name: 'GET /roll_with_link',
      links: [{ traceId: gateway, spanId: '1'.repeat(16), relation: 'caller' }],
    },
  ]),
]

/** Every span with what produced it, whatever the grouping and the order. */
const spansOf = ({ resourceSpans }: ExportTraceServiceRequest) =>
  resourceSpans
    .flatMap(({ resource, schemaUrl: resourceSchemaUrl, scopeSpans }) =>
      scopeSpans.flatMap(({ scope, schemaUrl, spans }) =>
        spans.map((span) => ({ span, resource, resourceSchemaUrl, scope, schemaUrl })),
      ),
    )
    .sort((a, b) => (a.span.traceId + a.span.spanId < b.span.traceId + b.span.spanId ? -1 : 1))

async function importTraces(url: string, body: Uint8Array | string, headers: Record<string, string> = {}) {
  const response = await request(`${url}/api/import`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  return { status: response.statusCode, answer: await response.body.json() }
}

describe('GET /api/traces/{traceId}/export', () => {
  it.each(traceCorpus().filter(({ request }) => spansOf(request).length > 0))(
    'gives back everything that was sent: $name',
    async (corpusCase) => {
      await using api = await startApi()
      const sent = spansOf(corpusCase.request)
      const { answer } = await importTraces(api.url, corpusCase.encode('json'))
      // Of a span that was sent twice the first is kept.
      const expected = sent.filter(({ span }, index) => span.spanId !== sent[index - 1]?.span.spanId)
      expect(answer).toMatchObject({
        spanCount: expected.length,
        duplicateSpans: sent.length - expected.length,
        rejectedSpans: corpusCase.rejectedSpans,
      })
      const received = await Promise.all(
        [...new Set(expected.map(({ span }) => span.traceId))].map(async (traceId) => {
          const response = await fetch(`${api.url}/api/traces/${traceId}/export`)
          expect(response.headers.get('content-disposition')).toContain(`trace-${traceId}.otlp.json`)
          return decodeTraces(new Uint8Array(await response.arrayBuffer()), 'json')
        }),
      )
      expect(received.map((decoded) => decoded.rejectedSpans)).toEqual(received.map(() => 0))
      expect(spansOf({ resourceSpans: received.flatMap(({ request }) => request.resourceSpans) })).toEqual(
        expected,
      )
    },
  )

  it('carries a link set from one workbench to another', async () => {
    await using here = await startApi()
    await using there = await startApi()
    for (const sent of linkedPair) await here.receive(sent)
    const alone = await (await fetch(`${here.url}/api/traces/${gateway}/export`)).text()
    expect(alone).not.toContain('roll_with_link')
    const exported = await (await fetch(`${here.url}/api/traces/${gateway}/export?links=true`)).text()
    expect(await importTraces(there.url, exported)).toMatchObject({ status: 200, answer: { spanCount: 2 } })
    const path = `/api/traces/${dice}/links`
    expect(await there.get<LinkSet>(path)).toEqual(await here.get<LinkSet>(path))
  })
})

describe('POST /api/import', () => {
  it('stores what is there already only once, and says so', async () => {
    await using api = await startApi()
    const body = JSON.stringify(linkedPair[0])
    const first: Imported = { spanCount: 1, duplicateSpans: 0, rejectedSpans: 0, message: '' }
    expect(await importTraces(api.url, body)).toEqual({ status: 200, answer: first })
    const second: Imported = { spanCount: 0, duplicateSpans: 1, rejectedSpans: 0, message: '' }
    expect(await importTraces(api.url, body)).toEqual({ status: 200, answer: second })
  })

  it('keeps the good spans of an import with a bad one, and says why that was rejected', async () => {
    await using api = await startApi()
    const [good, bad] = linkedPair.map((sent) => sent.resourceSpans[0])
    const badSpan = { ...bad?.scopeSpans[0]?.spans[0], spanId: '00' }
    const body = JSON.stringify({ resourceSpans: [good, { scopeSpans: [{ spans: [badSpan] }] }] })
    const { answer } = await importTraces(api.url, body)
    expect(answer).toMatchObject({ spanCount: 1, rejectedSpans: 1, message: expect.stringContaining('span') })
  })

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('takes %s', async (encoding, compress) => {
    await using api = await startApi()
    const body = compress(JSON.stringify(linkedPair[0]))
    expect(await importTraces(api.url, body, { 'content-encoding': encoding })).toMatchObject({
      status: 200,
      answer: { spanCount: 1 },
    })
  })

  it.each([
    ['what is not JSON', '{', {}, 400, 'undecodable'],
    ['another content type', '{}', { 'content-type': 'text/plain' }, 415, 'unsupported_content_type'],
    ['an unknown encoding', '{}', { 'content-encoding': 'compress' }, 415, 'unsupported_content_encoding'],
    ['what is not compressed as it says', '{}', { 'content-encoding': 'gzip' }, 400, 'undecodable'],
  ])('refuses %s', async (_, body, headers, status, code) => {
    await using api = await startApi()
    expect(await importTraces(api.url, body, headers)).toMatchObject({ status, answer: { status, code } })
    expect((await api.store.status()).spanCount).toBe(0)
  })

  it('refuses more than 64 MiB, before and after decompression, and says how much that is', async () => {
    await using api = await startApi()
    const tooMuch = Buffer.alloc(mostImportedBytes + 1, ' ')
    expect(await importTraces(api.url, tooMuch)).toMatchObject({
      status: 413,
      answer: { code: 'import_too_large', detail: expect.stringContaining('67108864') },
    })
    expect(await importTraces(api.url, gzipSync(tooMuch), { 'content-encoding': 'gzip' })).toMatchObject({
      status: 413,
      answer: { code: 'import_too_large' },
    })
  })
})

describe('DELETE /api/traces/{traceId}', () => {
  it('removes a trace for good, and only that', async () => {
    await using api = await startApi()
    for (const sent of linkedPair) await api.receive(sent)
    const remove = async () => {
      const response = await fetch(`${api.url}/api/traces/${gateway}`, { method: 'DELETE' })
      return { status: response.status, answer: await response.json() }
    }
    expect(await remove()).toEqual({ status: 200, answer: { deletedSpans: 1 } })
    expect(await remove()).toMatchObject({ status: 404, answer: { code: 'trace_not_found' } })
    expect((await fetch(`${api.url}/api/traces/${gateway}`)).status).toBe(404)
    expect((await fetch(`${api.url}/api/traces/${dice}`)).status).toBe(200)
  })
})
