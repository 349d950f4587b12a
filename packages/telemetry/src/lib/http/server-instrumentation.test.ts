import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Context, Span } from '@opentelemetry/api'
import { context, diag, ProxyTracerProvider, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { getRPCMetadata } from '@opentelemetry/core'
import express from 'express'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { DistroTracerProvider } from '../sdk/distro-tracer-provider.ts'
import { EndedSpan } from '../spans/ended-span.ts'
import { RecordedSpan } from '../spans/recorded-span.ts'
import { traceRoutes } from './express-routes.ts'
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

  it('holds on to no span of a request that is over, nor does what the request has begun', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    const provider = new DistroTracerProvider({})
    const instrumentation = new ServerInstrumentation({
      scope: { name: 'test', version: '1.0.0' },
      decide: () => ({ mode: 'continue', trusted: true }),
      isUntraced: () => false,
      forwardLinks: false,
    })
    instrumentation.setTracerProvider(provider)
    instrumentation.enable()
    const untrace = traceRoutes(express as never, () => provider.getTracer('routes'))
    const app = express()
    const over = Promise.withResolvers<Context>()
    let during: Span | undefined
    app.get('/orders/:id', (_request, response) => {
      const begun = context.active()
      during = trace.getSpan(begun)
      response.on('close', () => over.resolve(begun)).end('answered')
    })
    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    await (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/orders/7`)).text()
    const begun = await over.promise
    untrace()
    instrumentation.disable()
    context.disable()
    server.closeAllConnections()
    server.close()

    expect(during).toBeInstanceOf(RecordedSpan)
    expect(trace.getSpan(begun)).toBeInstanceOf(EndedSpan)
    expect(trace.getSpanContext(begun)).toBe(during?.spanContext())
    const ofServer = getRPCMetadata(begun)?.span
    expect(ofServer).toBeInstanceOf(EndedSpan)
    expect(ofServer?.spanContext().traceId).toBe(during?.spanContext().traceId)
    expect(ofServer).toMatchObject({ name: 'GET /orders/:id' })
  })
})
