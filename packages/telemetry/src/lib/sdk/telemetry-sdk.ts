import type { MeterProvider } from '@opentelemetry/api'
import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import type { SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { ConsoleSpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import type { TelemetryConfig } from '../config/telemetry-config.ts'
import { createPropagator } from './create-propagator.ts'
import { createResource } from './create-resource.ts'
import { createSampler } from './create-sampler.ts'
import { DistroTracerProvider } from './distro-tracer-provider.ts'
import { installEsmHooks } from './esm-hooks.ts'
import { createInstrumentations } from './instrumentations.ts'

/**
 * Assembles an SDK from a configuration and registers it with the OpenTelemetry API.
 *
 * @param processors in their order; the last ones are those that export.
 * @param instrumentations are enabled beside our own.
 * @param meterProvider gets the SDK's metrics of itself.
 * @returns `undefined` when another SDK was there first: spans, context and propagation are its business then.
 */
export function startSdk(
  config: TelemetryConfig,
  processors: readonly SpanProcessor[],
  instrumentations: readonly Instrumentation[],
  meterProvider: MeterProvider,
): TracerProvider | undefined {
  const provider = new DistroTracerProvider({
    resource: createResource(config.resourceAttributes),
    sampler: createSampler(config.sampler),
    spanLimits: config.spanLimits,
    meterProvider,
    spanProcessors: config.console ? [...processors, consoleProcessor()] : [...processors],
  })
  // Before the instrumentations: there are two copies of the API (ES module and CommonJS), and the one that they get
  // their tracers from hands out no-ops for good to whoever comes too early.
  if (!config.disabled && !trace.setGlobalTracerProvider(provider)) return undefined
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(createPropagator(config.propagators, config.untrustedBaggage))

  const all = [...createInstrumentations(config), ...instrumentations]
  const tracerProvider = config.disabled ? trace.getTracerProvider() : provider
  registerInstrumentations({ instrumentations: all, tracerProvider })
  installEsmHooks(all)
  return provider
}

function consoleProcessor(): SpanProcessor {
  return new SimpleSpanProcessor({ exporter: new ConsoleSpanExporter() })
}
