import { once } from 'node:events'
import http, { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SpanKind } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { call, caller, recordSpans } from './boundary-recording.ts'

const { spanOf } = recordSpans({ inbound: 'link', forwardLinks: false })

const foreign = `00-${'f'.repeat(32)}-${'e'.repeat(16)}-01`

describe('forwardLinks: false', () => {
  it('leaves responses and CLIENT spans as they are, and links to callers all the same', async () => {
    const server = createServer((_req, res) => res.setHeader('traceresponse', foreign).end()).listen(
      0,
      '127.0.0.1',
    )
    await once(server, 'listening')
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

    const { headers } = await call(`${origin}/linked`, caller(1).headers)
    expect(headers).toMatchObject({ traceresponse: foreign })
    expect(headers).not.toHaveProperty('server-timing')
    const root = await spanOf(SpanKind.SERVER, '/linked')
    expect(root.links).toMatchObject([{ context: { spanId: caller(1).spanId } }])

    await (await fetch(`${origin}/fetched`)).text()
    const [response] = await once(http.get(`${origin}/got`), 'response')
    response.resume()
    expect((await spanOf(SpanKind.CLIENT, '/fetched')).links).toEqual([])
    expect((await spanOf(SpanKind.CLIENT, '/got')).links).toEqual([])

    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
})
