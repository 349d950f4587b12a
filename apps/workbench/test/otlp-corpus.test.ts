import { decodeTraces, type ExportTraceServiceRequest } from '@linked-traces/otlp-receiver'
import { traceCorpus } from '@linked-traces/otlp-receiver/testing'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { Agent, fetch } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Health, LinkSet, Trace } from '../src/api/contract.ts'
import { startWorkbench, type WorkbenchProcess } from './workbench-process.ts'

/** Of all spans of the corpus that are kept. */
const traceId = '5b8efff798038103d269b633813fc60c'
const mostSpansShown = 20_000

const encodings = [
  { encoding: 'json', contentType: 'application/json', serializer: JsonTraceSerializer },
  { encoding: 'protobuf', contentType: 'application/x-protobuf', serializer: ProtobufTraceSerializer },
] as const

/** A connection for each request: comparing 50,000 spans takes longer than the workbench keeps an idle one. */
const dispatcher = new Agent({ pipelining: 0 })

/** By span id; of a span that was sent twice the first. */
const spansOf = ({ resourceSpans }: ExportTraceServiceRequest) => {
  const spans = resourceSpans
    .flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ scope, spans: ofScope }) => ofScope.map((span) => ({ span, resource, scope }))),
    )
    .sort((a, b) => (a.span.spanId < b.span.spanId ? -1 : 1))
  return spans.filter(({ span }, index) => span.spanId !== spans[index - 1]?.span.spanId)
}

describe.each(encodings)('a workbench that receives $encoding', ({ encoding, contentType, serializer }) => {
  let workbench: WorkbenchProcess
  beforeAll(async () => {
    workbench = await startWorkbench()
  })
  afterEach(() => fetch(`${workbench.url}/api/traces/${traceId}`, { method: 'DELETE', dispatcher }))
  afterAll(async () => workbench[Symbol.asyncDispose]())

  const get = (path: string) => fetch(workbench.url + path, { dispatcher })
  const received = async () => ((await (await get('/api/health')).json()) as Health).received

  it.each(traceCorpus())(
    'keeps all but what it rejects: $name',
    async (corpusCase) => {
      const expected = spansOf(corpusCase.request)
      const before = await received()
      const response = await fetch(`${workbench.url}/v1/traces`, {
        method: 'POST',
        dispatcher,
        headers: { 'content-type': contentType },
        body: Buffer.from(corpusCase.encode(encoding)),
      })
      expect(response.status).toBe(200)
      const answer = serializer.deserializeResponse(new Uint8Array(await response.arrayBuffer()))
      expect(Number(answer.partialSuccess?.rejectedSpans ?? 0)).toBe(corpusCase.rejectedSpans)
      const after = await received()
      const duplicates = after.duplicateSpans - before.duplicateSpans
      expect(after.spans - before.spans - duplicates).toBe(expected.length)
      expect(after.rejectedSpans - before.rejectedSpans).toBe(corpusCase.rejectedSpans)
      if (expected.length === 0) {
        expect((await get(`/api/traces/${traceId}`)).status).toBe(404)
        return
      }

      const exported = await get(`/api/traces/${traceId}/export`)
      expect(spansOf(decodeTraces(new Uint8Array(await exported.arrayBuffer()), 'json').request)).toEqual(
        expected,
      )

      const trace = (await (await get(`/api/traces/${traceId}`)).json()) as Trace
      expect(trace.spanCount).toBe(expected.length)
      expect(trace.spans).toHaveLength(Math.min(expected.length, mostSpansShown))
      const sent = new Map(expected.map(({ span }) => [span.spanId, span]))
      const shown = trace.spans.map(({ spanId, name, status, traceState, links }) => ({
        spanId,
        name,
        message: status.message,
        traceState,
        invalidLinks: links.map(({ target }) => target.state === 'invalid'),
      }))
      expect(shown).toEqual(
        trace.spans.map(({ spanId }) => {
          const span = sent.get(spanId)
          return {
            spanId,
            name: span?.name,
            message: span?.status.message,
            traceState: span?.traceState,
            invalidLinks: span?.links.map(({ hasValidIds }) => !hasValidIds),
          }
        }),
      )

      const { warnings } = (await (await get(`/api/traces/${traceId}/links`)).json()) as LinkSet
      const flagged = warnings.filter(({ code }) => code === 'invalid_ids').map(({ position }) => position)
      const invalid = expected.flatMap(({ span }) =>
        span.links.flatMap(({ hasValidIds }, position) => (hasValidIds ? [] : [position])),
      )
      expect(flagged).toEqual(invalid)
    },
    60_000,
  )
})
