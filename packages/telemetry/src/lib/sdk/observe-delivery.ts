import type { MeterProvider } from '@opentelemetry/api'
import type { Destination } from '../config/telemetry-config.ts'
import type { DestinationHealth } from '../export/telemetry-health.ts'
import { DISTRO } from './distro.ts'

/** What there is to say about one destination in figures. */
export interface DeliveryFigures {
  readonly destination: Destination
  readonly health: DestinationHealth
  /** Spans in the requests under way. */
  readonly inFlight: number
  readonly capacity: number
}

/** What OpenTelemetry calls the exporters (semantic conventions, `otel.component.type`). */
const EXPORTER_TYPE = {
  'http/json': 'otlp_http_json_span_exporter',
  'http/protobuf': 'otlp_http_span_exporter',
}

/**
 * Tells a meter provider about deliveries, in OpenTelemetry's own words for what goes on in an SDK:
 * https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics/. Nothing is counted twice for it: the figures are those of
 * `health()`, read when the provider collects.
 */
export function observeDelivery(provider: MeterProvider, read: () => readonly DeliveryFigures[]): void {
  const meter = provider.getMeter(DISTRO.name, DISTRO.version)
  const spans = (description: string) => ({ unit: '{span}', description })
  const queueSize = meter.createObservableUpDownCounter(
    'otel.sdk.processor.span.queue.size',
    spans('Spans in the queue.'),
  )
  const capacity = meter.createObservableUpDownCounter(
    'otel.sdk.processor.span.queue.capacity',
    spans('Spans that the queue can hold.'),
  )
  const processed = meter.createObservableCounter(
    'otel.sdk.processor.span.processed',
    spans('Spans that left the queue, or found no room in it.'),
  )
  const inFlight = meter.createObservableUpDownCounter(
    'otel.sdk.exporter.span.inflight',
    spans('Spans in the requests under way.'),
  )
  const exported = meter.createObservableCounter(
    'otel.sdk.exporter.span.exported',
    spans('Spans that a backend took, or did not take.'),
  )
  meter.addBatchObservableCallback(
    (result) => {
      for (const [index, figures] of read().entries()) {
        const { destination, health } = figures
        const { dropped } = health
        const processor = component('batching_span_processor', index)
        result.observe(queueSize, health.queued, processor)
        result.observe(capacity, figures.capacity, processor)
        const taken = health.exported + dropped.refused + dropped.rejected
        result.observe(processed, taken, processor)
        const lost = {
          queue_full: dropped.queueFull,
          deadline: dropped.deadline,
          already_shutdown: dropped.afterShutdown,
          spool_full: dropped.spoolFull,
          spool_unreadable: dropped.spoolUnreadable,
        }
        for (const [reason, count] of Object.entries(lost)) {
          if (count > 0) result.observe(processed, count, { ...processor, 'error.type': reason })
        }
        const { hostname, port, protocol } = new URL(destination.url)
        const exporter = {
          ...component(EXPORTER_TYPE[destination.protocol], index),
          'server.address': hostname,
          'server.port': Number(port || (protocol === 'https:' ? 443 : 80)),
        }
        result.observe(inFlight, figures.inFlight, exporter)
        result.observe(exported, health.exported, exporter)
        for (const reason of ['refused', 'rejected'] as const) {
          if (dropped[reason] > 0)
            result.observe(exported, dropped[reason], { ...exporter, 'error.type': reason })
        }
      }
    },
    [queueSize, capacity, processed, inFlight, exported],
  )
}

function component(type: string, index: number): Record<string, string> {
  return { 'otel.component.type': type, 'otel.component.name': `${type}/${index}` }
}
