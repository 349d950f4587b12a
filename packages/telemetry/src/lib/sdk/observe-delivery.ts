import type { Attributes, MeterProvider } from '@opentelemetry/api'
import type { Destination } from '../config/telemetry-config.ts'
import type { ExportEnd } from '../export/delivery.ts'
import type { DestinationHealth } from '../export/telemetry-health.ts'
import { DISTRO } from './distro.ts'

/** What there is to say about one destination in figures. */
export interface DeliveryFigures {
  readonly destination: Destination
  readonly health: DestinationHealth
  /** Of the spans dropped as `refused`, how many for which cause. */
  readonly refused: ReadonlyMap<string, number>
  /** Spans in the queue that were never sent. */
  readonly unsent: number
  /** Spans that left the queue to be sent, or for the disk. */
  readonly handedOver: number
  /** Of the spans dropped as `deadline`, those that were never sent. */
  readonly givenUpUnsent: number
  /** Spans whose export has begun and is not over. */
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
 * `health()`, read when the provider collects, so a provider that comes late has missed none.
 *
 * To the conventions the queue is a batching span processor, and all that comes after the first attempt the exporter: its
 * retries, and the disk. What goes to the disk is neither exported nor failed before it is known what became of it.
 *
 * @returns records the duration of an export that is over.
 */
export function observeDelivery(
  provider: MeterProvider,
  read: () => readonly DeliveryFigures[],
): (index: number, end: ExportEnd) => void {
  const meter = provider.getMeter(DISTRO.name, DISTRO.version)
  const spans = (description: string) => ({ unit: '{span}', description })
  const queueSize = meter.createObservableUpDownCounter(
    'otel.sdk.processor.span.queue.size',
    spans('Spans in the queue that were not sent yet.'),
  )
  const capacity = meter.createObservableUpDownCounter(
    'otel.sdk.processor.span.queue.capacity',
    spans('Spans that the queue can hold.'),
  )
  const processed = meter.createObservableCounter(
    'otel.sdk.processor.span.processed',
    spans('Spans that left the queue to be exported, or found no room in it.'),
  )
  const inFlight = meter.createObservableUpDownCounter(
    'otel.sdk.exporter.span.inflight',
    spans('Spans whose export has begun and is not over.'),
  )
  const exported = meter.createObservableCounter(
    'otel.sdk.exporter.span.exported',
    spans('Spans whose export is over, with success or without.'),
  )
  const duration = meter.createHistogram('otel.sdk.exporter.operation.duration', {
    unit: 's',
    description: 'How long the export of a batch took, all its attempts and the waits between them included.',
    // Sum and count alone, as in OpenTelemetry's own exporters.
    advice: { explicitBucketBoundaries: [] },
  })
  meter.addBatchObservableCallback(
    (result) => {
      for (const [index, figures] of read().entries()) {
        const { dropped, exported: taken } = figures.health
        const processor = component('batching_span_processor', index)
        result.observe(queueSize, figures.unsent, processor)
        result.observe(capacity, figures.capacity, processor)
        result.observe(processed, figures.handedOver, processor)
        const unprocessed = {
          queue_full: dropped.queueFull,
          already_shutdown: dropped.afterShutdown,
          deadline: figures.givenUpUnsent,
        }
        for (const [cause, count] of Object.entries(unprocessed)) {
          if (count > 0) result.observe(processed, count, { ...processor, ...errorType(cause) })
        }
        const exporter = describeExporter(figures.destination, index)
        result.observe(inFlight, figures.inFlight, exporter)
        result.observe(exported, taken, exporter)
        const failed = {
          ...Object.fromEntries(figures.refused),
          rejected: dropped.rejected,
          deadline: dropped.deadline - figures.givenUpUnsent,
          spool_full: dropped.spoolFull,
          spool_unreadable: dropped.spoolUnreadable,
        }
        for (const [cause, count] of Object.entries(failed)) {
          if (count > 0) result.observe(exported, count, { ...exporter, ...errorType(cause) })
        }
      }
    },
    [queueSize, capacity, processed, inFlight, exported],
  )
  return (index, { millis, status, cause }) => {
    const figures = read()[index]
    if (figures === undefined) return
    duration.record(millis / 1000, {
      ...describeExporter(figures.destination, index),
      ...(cause !== undefined && errorType(cause)),
      ...(status !== undefined && { 'http.response.status_code': status }),
    })
  }
}

/** A status goes as its number (semantic conventions, `error.type`). */
function errorType(cause: string): Attributes {
  return { 'error.type': cause.replace(/^http /, '') }
}

function describeExporter({ protocol, url }: Destination, index: number): Attributes {
  const { hostname, port, protocol: scheme } = new URL(url)
  return {
    ...component(EXPORTER_TYPE[protocol], index),
    'server.address': hostname,
    'server.port': Number(port || (scheme === 'https:' ? 443 : 80)),
  }
}

function component(type: string, index: number): Attributes {
  return { 'otel.component.type': type, 'otel.component.name': `${type}/${index}` }
}
