import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api'
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node'
import type { Sampler } from '@opentelemetry/sdk-trace'
import { AlwaysOnSampler } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { BoundaryPropagator } from './lib/boundary/boundary-propagator.ts'
import type { LinkedTracesOptions } from './node-sdk.ts'
import { createLinkedSampler, TelemetryConfigError, withLinkedTraces } from './node-sdk.ts'

// Exports nowhere, so that nothing is left running.
const env = { OTEL_TRACES_EXPORTER: 'none' }
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
    expect(
      withLinkedTraces({}, { env: { ...env, OTEL_PROPAGATORS: 'b3' } }).textMapPropagator?.fields(),
    ).toEqual(['b3'])
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
      / inbuond: expected one of the options inbound, untrustedBaggage, propagateTo, forwardLinks, untracedPaths, sampler, workbenchUrl, axiom, otlp, queue, spool, env, /,
    )
  })

  it('takes the sampler of the options, else that of the configuration, else that of the environment', () => {
    const own = new AlwaysOnSampler()
    const named = { OTEL_TRACES_SAMPLER: 'linked_probability', OTEL_TRACES_SAMPLER_ARG: '0.25' }
    const sampler = { name: 'linked_follow', ratio: 0.5 } as const
    const said = (configuration: { sampler?: Sampler }, options: LinkedTracesOptions) =>
      String(withLinkedTraces<Partial<NodeSDKConfiguration>>(configuration, options).sampler)
    expect(said({ sampler: own }, { sampler, env: named })).toBe('LinkedFollow{0.5}')
    expect(said({ sampler: own }, { env: named })).toBe('AlwaysOnSampler')
    expect(said({}, { env: named })).toBe('LinkedProbability{0.25}')
    expect(withLinkedTraces({}, { env })).not.toHaveProperty('sampler')
  })

  it('brings ids from a cryptographic source, unless there is a generator', () => {
    const { idGenerator } = withLinkedTraces({}, { env })
    expect(idGenerator?.generateTraceId()).not.toBe(idGenerator?.generateTraceId())
    expect(idGenerator?.generateTraceId()).toMatch(/^[\da-f]{32}$/)
    const own = { generateTraceId: () => '1', generateSpanId: () => '2' }
    expect(withLinkedTraces({ idGenerator: own }, { env }).idGenerator).toBe(own)
  })

  it.each([
    ['one with processors', { spanProcessors: [] }, {}],
    ['one with an exporter', { traceExporter: { export() {}, async shutdown() {} } }, {}],
    ['an environment that asks for gRPC', {}, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }],
    ['an environment that asks for another exporter', {}, { OTEL_TRACES_EXPORTER: 'console' }],
    ['an environment that asks for none', {}, { OTEL_TRACES_EXPORTER: 'none' }],
    ['an environment that disables all', {}, { OTEL_SDK_DISABLED: 'true' }],
  ])('leaves the export of spans as it is in %s', (_, configuration: object, environment) => {
    const result = withLinkedTraces<{ spanProcessors?: [] }>(configuration, { env: environment })
    expect(result.spanProcessors).toEqual('spanProcessors' in configuration ? [] : undefined)
  })

  it('does not ask for a propagator that it has no use for', () => {
    const env = { OTEL_PROPAGATORS: 'xray', OTEL_TRACES_EXPORTER: 'none' }
    expect(withLinkedTraces({ textMapPropagator: null }, { env }).textMapPropagator).toBeNull()
  })
})

describe('createLinkedSampler', () => {
  it('makes a sampler for others to ask, whose roots state their randomness', () => {
    const sampler = createLinkedSampler({ name: 'linked_probability', ratio: 1, rootsPerSecond: 10 })
    expect(String(sampler)).toBe('LinkedProbability{1, rootsPerSecond=10}')
    const { traceState } = sampler.shouldSample(ROOT_CONTEXT, '1'.repeat(32), 'root', SpanKind.SERVER, {}, [])
    expect(traceState?.get('ot')).toMatch(/^th:0;rv:[\da-f]{14}$/)
  })

  it('refuses arguments that cannot be honoured', () => {
    expect(() => createLinkedSampler({ name: 'linked_follow', ratio: 25 })).toThrow(
      /sampler: expected ratio to be a number from 0 to 1, received 25\./,
    )
  })
})
