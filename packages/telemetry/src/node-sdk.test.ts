import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { describe, expect, it } from 'vitest'
import { BoundaryPropagator } from './lib/boundary/boundary-propagator.ts'
import { TelemetryConfigError, withLinkedTraces } from './node-sdk.ts'

const env = {}
const names = (result: ReturnType<typeof withLinkedTraces>) =>
  result.instrumentations.flat().map(({ instrumentationName }) => instrumentationName)

describe('withLinkedTraces', () => {
  it('extends the instrumentations it is given, in their places', () => {
    const http = new HttpInstrumentation({ enabled: false })
    const undici = new UndiciInstrumentation({ enabled: false })
    const express = new ExpressInstrumentation({ enabled: false })
    const result = withLinkedTraces({ instrumentations: [[express, undici], http] }, { env })
    expect(result.instrumentations).toEqual([express, undici, http])
    expect(http.getConfig()).toMatchObject({ enabled: false, startIncomingSpanHook: expect.any(Function) })
    expect(undici.getConfig()).toMatchObject({ enabled: false, responseHook: expect.any(Function) })
  })

  it('adds those of node:http and undici where they are missing', () => {
    expect(names(withLinkedTraces({}, { env }))).toEqual([
      '@opentelemetry/instrumentation-http',
      '@opentelemetry/instrumentation-undici',
    ])
  })

  it('passes on what it has no part in, and leaves what it was given as it was', () => {
    const given = { serviceName: 'shop', spanProcessors: [], instrumentations: [] }
    const { serviceName, spanProcessors } = withLinkedTraces(given, { env })
    expect({ serviceName, spanProcessors }).toEqual({
      serviceName: 'shop',
      spanProcessors: given.spanProcessors,
    })
    expect(given).toEqual({ serviceName: 'shop', spanProcessors: [], instrumentations: [] })
  })

  it('puts the boundary before the propagator, and before none where there is to be none', () => {
    const own = { inject() {}, extract: (context: never) => context, fields: () => ['x-own'] }
    const { textMapPropagator } = withLinkedTraces({ textMapPropagator: own }, { env })
    expect(textMapPropagator).toBeInstanceOf(BoundaryPropagator)
    expect(textMapPropagator?.fields()).toEqual(['x-own'])
    expect(withLinkedTraces({ textMapPropagator: null }, { env }).textMapPropagator).toBeNull()
    expect(withLinkedTraces({}, { env }).textMapPropagator?.fields()).toEqual([
      'traceparent',
      'tracestate',
      'baggage',
    ])
    expect(withLinkedTraces({}, { env: { OTEL_PROPAGATORS: 'b3' } }).textMapPropagator?.fields()).toEqual([
      'b3',
    ])
  })

  it('refuses what cannot be honoured, every problem in one error', () => {
    const refused = () =>
      withLinkedTraces(
        {},
        { inbound: 'lnk' as 'link', env: { LINKED_TRACES_FORWARD_LINKS: 'maybe', OTEL_PROPAGATORS: 'xray' } },
      )
    expect(refused).toThrow(TelemetryConfigError)
    expect(refused).toThrow(/inbound: .*\n.*LINKED_TRACES_FORWARD_LINKS: .*\n.*OTEL_PROPAGATORS: /)
  })

  it('refuses options that there are not: a misspelt policy would be none', () => {
    const misspelt: object = { inbuond: 'link', env }
    expect(() => withLinkedTraces({}, misspelt)).toThrow(
      / inbuond: expected one of the options inbound, untrustedBaggage, propagateTo, forwardLinks, untracedPaths, env, /,
    )
  })

  it('does not ask for a propagator that it has no use for', () => {
    const env = { OTEL_PROPAGATORS: 'xray' }
    expect(withLinkedTraces({ textMapPropagator: null }, { env }).textMapPropagator).toBeNull()
  })
})
