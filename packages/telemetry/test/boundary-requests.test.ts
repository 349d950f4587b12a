import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { context, propagation, SpanKind, TraceFlags, trace } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import { Agent, fetch as npmFetch, request } from 'undici'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { call, caller, pathOf, recordSpans } from './boundary-recording.ts'

const { spans, questions, spanOf } = recordSpans({
  inbound: [
    { path: '/exception', mode: 'continue' },
    { path: '/link*', mode: 'link' },
    { path: '/posted', method: 'POST', mode: 'link' },
    { path: '/untrusted*', mode: 'link', trusted: false },
    { path: '/ignore*', mode: 'ignore' },
  ],
  untracedPaths: ['/healthz', '/internal/*'],
})

interface Seen {
  traceId: string | undefined
  tenant: string | undefined
  downstream: { traceparent?: string; tracestate?: string; baggage?: string }
}

let downstream: Server
let server: Server
let origin: string

/** Answers with what a handler sees, and with what a service it calls gets. */
beforeAll(async () => {
  downstream = createServer((req, res) => {
    const { traceparent, tracestate, baggage } = req.headers
    res.end(JSON.stringify({ traceparent, tracestate, baggage }))
  }).listen(0, '127.0.0.1')
  await once(downstream, 'listening')
  const { port } = downstream.address() as AddressInfo
  const tracer = trace.getTracer('handler')
  server = createServer(async (req, res) => {
    const path = req.url?.split('?')[0]
    if (path === '/link-fan-in')
      trace.getActiveSpan()?.addLinks(
        Array.from({ length: 200 }, (_, index) => ({
          context: { ...caller(5000 + index), traceFlags: 1 },
        })),
      )
    const answer = await tracer.startActiveSpan(`work ${path}`, async (span) => {
      const response = await npmFetch(`http://127.0.0.1:${port}/called-by${path}`)
      const seen = {
        traceId: span.spanContext().traceId,
        tenant: propagation.getActiveBaggage()?.getEntry('tenant')?.value,
      }
      span.end()
      return { ...seen, downstream: await response.json() }
    })
    res.end(JSON.stringify(answer))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  for (const each of [server, downstream]) {
    each.closeAllConnections()
    each.close()
    await once(each, 'close')
  }
})

async function seenBy(path: string, headers: Record<string, string | string[]>): Promise<Seen> {
  return JSON.parse((await call(`${origin}${path}`, headers)).body)
}

describe('a request that spells its path otherwise', () => {
  it.each([
    '/UNTRUSTED-x',
    '/%75ntrusted-x/',
    '//untrusted-x',
    '/a/../untrusted-x',
    'http://api.test/Untrusted-x',
  ])('is still one of an untrusted caller: %s', async (target) => {
    const from = caller(7000 + target.length)
    const socket = connect(Number(new URL(origin).port), '127.0.0.1')
    const headers = Object.entries(from.headers).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.end(`GET ${target} HTTP/1.1\r\nhost: api.test\r\nconnection: close\r\n${headers.join('')}\r\n`)
    socket.resume()
    await once(socket, 'close')
    const span = await vi.waitFor(
      () => {
        const found = spans.find(({ kind, links, parentSpanContext }) => {
          const named = [parentSpanContext, ...links.map(({ context }) => context)]
          return kind === SpanKind.SERVER && named.some((context) => context?.traceId === from.traceId)
        })
        expect(found).toBeDefined()
        return found
      },
      { timeout: 15_000 },
    )
    expect(span?.parentSpanContext).toBeUndefined()
    expect(span?.links).toHaveLength(1)
  })
})

describe('a request whose policy is link', () => {
  it('gets a new root with a link to its caller, which the sampler saw', async () => {
    const from = caller(1)
    const seen = await seenBy('/link-root?with=query', from.headers)
    const span = await spanOf(SpanKind.SERVER, '/link-root')
    const { traceId } = span.spanContext()
    expect(traceId).not.toBe(from.traceId)
    expect(span.parentSpanContext).toBeUndefined()
    expect(span.spanContext().traceState).toBeUndefined()
    const link = {
      context: { traceId: from.traceId, spanId: from.spanId, traceFlags: 3, isRemote: true },
      attributes: { 'linked_traces.relation': 'caller' },
    }
    expect(span.links).toMatchObject([link])
    expect(span.links[0]?.context.traceState?.serialize()).toBe('vendor=value')
    const asked = questions.find((question) => question.traceId === traceId)
    expect(asked).toMatchObject({ kind: SpanKind.SERVER, links: [link] })
    expect(asked?.parent).toBeUndefined()
    expect(seen.traceId).toBe(traceId)
  })

  it('has everything it starts in the new trace, and hands its baggage on', async () => {
    const seen = await seenBy('/link-children', caller(2).headers)
    const root = await spanOf(SpanKind.SERVER, '/link-children')
    const client = await spanOf(SpanKind.CLIENT, '/called-by/link-children')
    const work = await vi.waitFor(() => {
      const found = spans.find(({ name }) => name === 'work /link-children')
      expect(found).toBeDefined()
      return found
    })
    expect(work?.parentSpanContext?.spanId).toBe(root.spanContext().spanId)
    expect(client.parentSpanContext?.spanId).toBe(work?.spanContext().spanId)
    expect(seen).toEqual({
      traceId: root.spanContext().traceId,
      tenant: 'acme',
      downstream: {
        traceparent: `00-${root.spanContext().traceId}-${client.spanContext().spanId}-01`,
        baggage: 'tenant=acme',
      },
    })
    // The callee continued that trace: no boundary there, and no link of any kind to it.
    const callee = await spanOf(SpanKind.SERVER, '/called-by/link-children')
    expect(callee.parentSpanContext?.spanId).toBe(client.spanContext().spanId)
    expect([...callee.links, ...client.links, ...(work?.links ?? [])]).toEqual([])
  })

  it('is sampled for itself when its caller was not', async () => {
    await seenBy('/link-unsampled', caller(3, { flags: '00' }).headers)
    const span = await spanOf(SpanKind.SERVER, '/link-unsampled')
    expect(span.spanContext().traceFlags).toBe(TraceFlags.SAMPLED)
    expect(span.links).toMatchObject([{ context: { traceFlags: TraceFlags.NONE } }])
  })

  it('keeps the link to its caller whatever links its handler adds', async () => {
    await seenBy('/link-fan-in', caller(6).headers)
    const span = await spanOf(SpanKind.SERVER, '/link-fan-in')
    expect(span.links.map(({ context }) => context.spanId)).toEqual([
      caller(6).spanId,
      ...Array.from({ length: 127 }, (_, index) => caller(5073 + index).spanId),
    ])
    expect(span.droppedLinksCount).toBe(73)
  })

  it.each([
    ['garbage', 'garbage'],
    ['an all-zero trace id', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`],
    ['two traceparent headers', [caller(4).headers.traceparent, caller(5).headers.traceparent]],
  ])('gets a plain root for %s, and its baggage', async (what, traceparent) => {
    const path = `/link-${what.replaceAll(' ', '-')}`
    const seen = await seenBy(path, { traceparent, baggage: 'tenant=acme' })
    const span = await spanOf(SpanKind.SERVER, path)
    expect(span.parentSpanContext).toBeUndefined()
    expect(span.links).toEqual([])
    expect(seen.tenant).toBe('acme')
  })

  it('gets a plain root when nobody called within a trace', async () => {
    await seenBy('/link-nobody', {})
    const span = await spanOf(SpanKind.SERVER, '/link-nobody')
    expect([span.parentSpanContext, span.links]).toEqual([undefined, []])
  })

  it('links to its own caller among 200 at once over kept-alive connections', async () => {
    const agent = new Agent({ connections: 20, pipelining: 1 })
    await context.with(suppressTracing(context.active()), async () => {
      await Promise.all(
        Array.from({ length: 200 }, async (_, index) => {
          const { headers } = caller(1000 + index)
          const { body } = await request(`${origin}/link-many/${index}`, { dispatcher: agent, headers })
          await body.dump()
        }),
      )
    })
    await agent.close()
    const roots = await vi.waitFor(
      () => {
        const found = spans.filter(
          (span) => span.kind === SpanKind.SERVER && pathOf(span)?.startsWith('/link-many/'),
        )
        expect(found).toHaveLength(200)
        return found
      },
      { timeout: 15_000 },
    )
    const callers = roots.map((root) => [pathOf(root), root.links.map(({ context }) => context.spanId)])
    expect(Object.fromEntries(callers)).toEqual(
      Object.fromEntries(
        Array.from({ length: 200 }, (_, index) => [`/link-many/${index}`, [caller(1000 + index).spanId]]),
      ),
    )
    expect(new Set(roots.map((root) => root.spanContext().traceId)).size).toBe(200)
  })

  it('is told apart from the next request in the same packet', async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const get = (path: string, ...headers: string[]) =>
      [`GET ${path} HTTP/1.1`, 'host: test', ...headers, '', ''].join('\r\n')
    socket.write(
      get('/link-first', `traceparent: ${caller(21).headers.traceparent}`) +
        get('/continue-second', `traceparent: ${caller(22).headers.traceparent}`) +
        get('/link-third', 'connection: close'),
    )
    let text = ''
    for await (const chunk of socket) text += chunk
    const first = await spanOf(SpanKind.SERVER, '/link-first')
    const second = await spanOf(SpanKind.SERVER, '/continue-second')
    const third = await spanOf(SpanKind.SERVER, '/link-third')
    expect(first.links).toMatchObject([{ context: { spanId: caller(21).spanId } }])
    expect(second.parentSpanContext?.spanId).toBe(caller(22).spanId)
    expect([second.links, third.links, third.parentSpanContext]).toEqual([[], [], undefined])
    // Only the first is the answer of a linked root.
    expect(text.match(/^traceresponse: .*$/gm)).toEqual([
      `traceresponse: 00-${first.spanContext().traceId}-${first.spanContext().spanId}-01`,
    ])
  })
})

describe('a request from an untrusted caller', () => {
  it('gets a new root and a link, and nothing else of the caller gets in or out', async () => {
    const from = caller(31)
    const { headers, body } = await call(`${origin}/untrusted`, from.headers)
    const span = await spanOf(SpanKind.SERVER, '/untrusted')
    expect(span.parentSpanContext).toBeUndefined()
    expect(span.links).toMatchObject([{ context: { traceId: from.traceId, spanId: from.spanId } }])
    const seen: Seen = JSON.parse(body)
    expect(seen.tenant).toBeUndefined()
    expect(Object.keys(seen.downstream)).toEqual(['traceparent'])
    expect(seen.downstream.traceparent).toContain(span.spanContext().traceId)
    expect(headers).not.toHaveProperty('traceresponse')
    expect(headers).not.toHaveProperty('server-timing')
  })
})

describe('a request whose policy is ignore', () => {
  it('gets a plain root, no link and no baggage', async () => {
    const { headers, body } = await call(`${origin}/ignore`, caller(41).headers)
    const span = await spanOf(SpanKind.SERVER, '/ignore')
    expect([span.parentSpanContext, span.links]).toEqual([undefined, []])
    expect(span.spanContext().traceId).not.toBe(caller(41).traceId)
    expect((JSON.parse(body) as Seen).tenant).toBeUndefined()
    expect(headers).not.toHaveProperty('traceresponse')
  })
})

describe('a request whose policy is continue', () => {
  it.each(['/unmatched', '/exception'])('is a child of its caller (%s)', async (path) => {
    const from = caller(51)
    const { headers, body } = await call(`${origin}${path}`, from.headers)
    const span = await spanOf(SpanKind.SERVER, path)
    expect(span.parentSpanContext).toMatchObject({ traceId: from.traceId, spanId: from.spanId })
    expect(span.links).toEqual([])
    expect((JSON.parse(body) as Seen).tenant).toBe('acme')
    expect((JSON.parse(body) as Seen).downstream.tracestate).toBe('vendor=value')
    expect(headers).not.toHaveProperty('traceresponse')
  })

  it('is not recorded when its caller was not', async () => {
    await seenBy('/unmatched-unsampled', caller(52, { flags: '00' }).headers)
    await seenBy('/unmatched-sampled', caller(53).headers)
    await spanOf(SpanKind.SERVER, '/unmatched-sampled')
    expect(spans.filter((span) => pathOf(span) === '/unmatched-unsampled')).toEqual([])
  })

  it('depends on its method where the rule does', async () => {
    await seenBy('/posted', caller(54).headers)
    expect((await spanOf(SpanKind.SERVER, '/posted')).links).toEqual([])
  })
})

describe('a request to an untraced path', () => {
  it('makes no span, and neither does what it calls', async () => {
    await seenBy('/healthz?verbose', caller(61).headers)
    await seenBy('/internal/x', caller(62).headers)
    await seenBy('/after-untraced', caller(63).headers)
    await spanOf(SpanKind.SERVER, '/after-untraced')
    const traced = spans.map((span) => `${SpanKind[span.kind]} ${pathOf(span) ?? span.name}`)
    expect(traced).toContain('CLIENT /called-by/after-untraced')
    // The service it calls is another one, whatever its own paths may be.
    expect(
      traced.filter((span) => /healthz|internal/.test(span) && !span.startsWith('SERVER /called-by')),
    ).toEqual([])
  })
})

describe('the HTTP instrumentation', () => {
  it('keeps redacting what looks secret in a query', async () => {
    await seenBy('/link-secret?sig=topsecret&page=2', caller(71).headers)
    const span = await spanOf(SpanKind.SERVER, '/link-secret')
    expect(span.attributes['url.query']).toBe('sig=REDACTED&page=2')
  })
})
