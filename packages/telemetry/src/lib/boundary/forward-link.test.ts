import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { INVALID_SPAN_CONTEXT } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { announceRoot } from './forward-link.ts'

const root = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), traceFlags: 1 }

/** What a response's head says, once it is written. */
function headOf(response: ServerResponse): Record<string, unknown> {
  response.writeHead(200)
  return { ...response.getHeaders() }
}

describe('announceRoot', () => {
  it('names a root', () => {
    const response = new ServerResponse(new IncomingMessage(new Socket()))
    response.setHeader('server-timing', 'db')
    announceRoot(response, root)
    const named = `00-${root.traceId}-${root.spanId}-01`
    expect(headOf(response)).toEqual({
      traceresponse: named,
      'server-timing': `trace;desc=${named}, db`,
    })
  })

  it('names nothing where no SDK has made a root', () => {
    const response = new ServerResponse(new IncomingMessage(new Socket()))
    response.setHeader('server-timing', 'db')
    announceRoot(response, INVALID_SPAN_CONTEXT)
    expect(headOf(response)).toEqual({ 'server-timing': 'db' })
  })
})
