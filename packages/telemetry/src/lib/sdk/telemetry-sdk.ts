import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import { ConsoleSpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { describeDestination } from '../config/describe-destination.ts'
import type { Destination, QueueConfig, TelemetryConfig } from '../config/telemetry-config.ts'
import { DeliveryReporter } from '../export/delivery-reporter.ts'
import { SpanQueue } from '../export/span-queue.ts'
import type { DestinationHealth } from '../export/telemetry-health.ts'
import { createPropagator } from './create-propagator.ts'
import { createResource } from './create-resource.ts'
import { createSampler } from './create-sampler.ts'
import { installEsmHooks } from './esm-hooks.ts'
import { createInstrumentations } from './instrumentations.ts'
import { createOtlpDelivery } from './otlp-delivery.ts'
import { QueueSpanProcessor } from './queue-span-processor.ts'

export interface TelemetrySdkOptions {
  /** Run before the spans reach the queues. */
  readonly spanProcessors: readonly SpanProcessor[]
  /** Enabled beside our own. */
  readonly instrumentations: readonly Instrumentation[]
  /** Tells the operator one line. */
  readonly say: (line: string) => void
}

/** A running SDK, as its entry needs it. */
export interface TelemetrySdk {
  readonly outlets: readonly Outlet[]
  /** The application's own processors among them. */
  flush(): Promise<void>
  shutdown(deadlineMillis: number): Promise<void>
}

/** One destination with what is on the way to it. */
export interface Outlet {
  readonly queue: SpanQueue<ReadableSpan>
  health(): DestinationHealth
  /** Says what has been kept for a summary, and lets go of connections. */
  close(): void
}

/** For how long after the start a workbench that is not there yet is no news, in milliseconds. */
const WORKBENCH_GRACE = 10_000

/**
 * Makes an SDK from a configuration and registers it with the OpenTelemetry API.
 *
 * @returns `undefined` when another SDK was there first: spans, context and propagation are its business then.
 */
export function startSdk(config: TelemetryConfig, options: TelemetrySdkOptions): TelemetrySdk | undefined {
  const outlets = config.disabled
    ? []
    : config.destinations.map((destination) => createOutlet(destination, config.queue, options.say))
  const processors = [...options.spanProcessors, new QueueSpanProcessor(outlets.map(({ queue }) => queue))]
  if (config.console) processors.push(new SimpleSpanProcessor({ exporter: new ConsoleSpanExporter() }))

  const provider = new TracerProvider({
    resource: createResource(config.resourceAttributes),
    sampler: createSampler(config.sampler),
    spanLimits: config.spanLimits,
    spanProcessors: processors,
  })
  // The provider first: instrumentations that are created without one ask a copy of the API for it, and there are two of
  // each (ES module and CommonJS), of which the other hands out no-op tracers for good to whoever comes too early.
  if (!config.disabled && !trace.setGlobalTracerProvider(provider)) return undefined
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(createPropagator(config.propagators))

  const instrumentations = [...createInstrumentations(config), ...options.instrumentations]
  registerInstrumentations({
    instrumentations,
    tracerProvider: config.disabled ? trace.getTracerProvider() : provider,
  })
  installEsmHooks(instrumentations)

  return {
    outlets,
    flush: () => provider.forceFlush(),
    async shutdown(deadlineMillis) {
      await Promise.all(outlets.map(({ queue }) => queue.shutdown(deadlineMillis)))
      for (const outlet of outlets) outlet.close()
      await provider.shutdown()
    },
  }
}

function createOutlet(destination: Destination, config: QueueConfig, say: (line: string) => void): Outlet {
  const { kind, dataset } = destination
  const { origin, pathname } = new URL(destination.url)
  const reporter = new DeliveryReporter({
    destination: describeDestination(destination),
    say,
    graceMillis: kind === 'workbench' ? WORKBENCH_GRACE : 0,
  })
  const delivery = createOtlpDelivery(destination)
  const queue = new SpanQueue({ ...config, deliver: delivery.deliver, observer: reporter })
  return {
    queue,
    health: () => {
      return {
        kind,
        url: `${origin}${pathname}`,
        dataset,
        exported: queue.exported,
        queued: queue.held,
        dropped: queue.dropped,
        lastError: reporter.lastError,
      }
    },
    close() {
      reporter.tellDropped()
      delivery.close()
    },
  }
}
