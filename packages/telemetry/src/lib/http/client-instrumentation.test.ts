import type { ChannelListener } from 'node:diagnostics_channel'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Tracer, TracerProvider } from '@opentelemetry/api'
import { diag, propagation, trace } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DistroTracerProvider } from '../sdk/distro-tracer-provider.ts'
import { ClientInstrumentation } from './client-instrumentation.ts'

const server = createServer((request, response) => response.end(request.headers.traceparent ?? 'none'))
const instrumentation = new ClientInstrumentation({
  scope: { name: 'test', version: '1.0.0' },
  mayPropagate: () => true,
  forwardLinks: true,
})

beforeEach(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  instrumentation.enable()
})

afterEach(() => {
  instrumentation.disable()
  propagation.disable()
  server.closeAllConnections()
  server.close()
  vi.restoreAllMocks()
})

const ask = async () => {
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  return await response.text()
}

const providerOf = (startSpan: Tracer['startSpan']): TracerProvider => ({
  getTracer: () => ({ startSpan, startActiveSpan: () => undefined as never }),
})

describe('ClientInstrumentation', () => {
  it('has a request sent whose span cannot be started, until it is disabled', async () => {
    const told = vi.spyOn(diag, 'error')
    instrumentation.setTracerProvider(
      providerOf(() => {
        throw new Error('a sampler that fails')
      }),
    )
    expect(await ask()).toBe('none')
    expect(told).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining('could not be started'),
      new Error('a sampler that fails'),
    )
    expect(instrumentation.getConfig()).toEqual({ enabled: true })

    instrumentation.disable()
    told.mockClear()
    expect(await ask()).toBe('none')
    expect(told).not.toHaveBeenCalled()
    expect(instrumentation.getConfig()).toEqual({ enabled: false })
  })

  it('ends the span of a request whose context cannot be sent along', async () => {
    vi.spyOn(diag, 'error')
    const span = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 })
    vi.spyOn(span, 'isRecording').mockReturnValue(true)
    const end = vi.spyOn(span, 'end')
    instrumentation.setTracerProvider(providerOf(() => span))
    propagation.setGlobalPropagator({
      inject: (_context, carrier, setter) => setter.set(carrier, 'traceparent', 'line\nbreak'),
      extract: (context) => context,
      fields: () => ['traceparent'],
    })
    expect(await ask()).toBe('none')
    expect(end).toHaveBeenCalledOnce()
  })

  it('leaves nothing at a request that is over, whose span may be gone long before it', async () => {
    const requests: Record<symbol, unknown>[] = []
    const note: ChannelListener = (message) =>
      requests.push((message as { request: Record<symbol, unknown> }).request)
    subscribe('undici:request:create', note)
    instrumentation.setTracerProvider(new DistroTracerProvider({}))
    await ask()
    const closed = createServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const { port } = closed.address() as AddressInfo
    await once(closed.close(), 'close')
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
    unsubscribe('undici:request:create', note)
    const spans = requests.map((request) =>
      Object.getOwnPropertySymbols(request)
        .filter(({ description }) => description === 'linked_traces.client_span')
        .map((symbol) => request[symbol]),
    )
    expect(spans).toEqual([[undefined], [undefined]])
  })

  it('makes one span of a request when it is enabled twice', async () => {
    const startSpan = vi.fn(() => trace.wrapSpanContext({ traceId: '', spanId: '', traceFlags: 0 }))
    instrumentation.setTracerProvider(providerOf(startSpan))
    instrumentation.enable()
    await ask()
    expect(startSpan).toHaveBeenCalledOnce()
  })
})
