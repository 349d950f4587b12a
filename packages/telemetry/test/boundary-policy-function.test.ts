import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { propagation, SpanKind } from '@opentelemetry/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { InboundDecision, InboundMode } from '../src/lib/boundary/inbound-policy.ts'
import { call, caller, recordSpans } from './boundary-recording.ts'

const asked: string[] = []

const { spanOf } = recordSpans({
  inbound(request: IncomingMessage): InboundMode | InboundDecision | undefined {
    asked.push(`${request.method} ${request.url}`)
    if (request.url === '/throws') throw new Error('no such tenant')
    if (request.url === '/late') return Promise.reject(new Error('too late')) as unknown as InboundMode
    const tenant = request.headers['x-tenant']
    if (tenant === 'partner') return 'link'
    return tenant === 'stranger' ? { mode: 'link', trusted: false } : undefined
  },
})

let server: Server
let origin: string

beforeAll(async () => {
  server = createServer((_req, res) => {
    res.end(propagation.getActiveBaggage()?.getEntry('tenant')?.value ?? 'no baggage')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

async function answered(path: string, headers: Record<string, string> = {}) {
  const from = caller(1)
  const response = await call(`${origin}${path}`, { ...from.headers, ...headers })
  const span = await spanOf(SpanKind.SERVER, path)
  return {
    baggage: response.body,
    isChild: span.parentSpanContext?.spanId === from.spanId,
    isLinked: span.links[0]?.context.spanId === from.spanId,
    isAnnounced: 'traceresponse' in response.headers,
  }
}

const UNTRUSTED = { baggage: 'no baggage', isChild: false, isLinked: true, isAnnounced: false }

describe('a function as inbound policy', () => {
  it('decides by the request, and is asked once for each', async () => {
    expect(await answered('/partner', { 'x-tenant': 'partner' })).toEqual({
      baggage: 'acme',
      isChild: false,
      isLinked: true,
      isAnnounced: true,
    })
    expect(await answered('/stranger', { 'x-tenant': 'stranger' })).toEqual(UNTRUSTED)
    expect(await answered('/unknown')).toEqual({
      baggage: 'acme',
      isChild: true,
      isLinked: false,
      isAnnounced: false,
    })
    expect(asked).toEqual(['GET /partner', 'GET /stranger', 'GET /unknown'])
  })

  it.each(['/throws', '/late'])(
    'does not disturb the request when it fails (%s), nor let its caller in',
    async (path) => {
      expect(await answered(path)).toEqual(UNTRUSTED)
    },
  )
})
