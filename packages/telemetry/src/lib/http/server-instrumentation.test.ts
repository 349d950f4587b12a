import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { diag, ProxyTracerProvider } from '@opentelemetry/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ServerInstrumentation } from './server-instrumentation.ts'

afterEach(() => vi.restoreAllMocks())

describe('ServerInstrumentation', () => {
  it('has a request answered whose span cannot be started', async () => {
    const told = vi.spyOn(diag, 'error')
    const instrumentation = new ServerInstrumentation({
      scope: { name: 'test', version: '1.0.0' },
      decide: () => ({ mode: 'continue', trusted: true }),
      isUntraced: () => false,
      forwardLinks: true,
    })
    const provider = new ProxyTracerProvider()
    vi.spyOn(provider, 'getTracer').mockReturnValue({
      startSpan: () => {
        throw new Error('a sampler that fails')
      },
      startActiveSpan: () => undefined as never,
    })
    instrumentation.setTracerProvider(provider)
    instrumentation.enable()
    const server = createServer((_request, response) => response.end('answered')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    expect(await response.text()).toBe('answered')
    expect(told).toHaveBeenCalledWith(
      expect.stringContaining('without a span'),
      new Error('a sampler that fails'),
    )

    instrumentation.disable()
    told.mockClear()
    await (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)).text()
    expect(told).not.toHaveBeenCalled()
    server.closeAllConnections()
    server.close()
  })
})
