import { TraceFlags } from '@opentelemetry/api'
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import { describeDestination } from '../config/describe-destination.ts'
import type { Destination, QueueConfig } from '../config/telemetry-config.ts'
import { DeliveryReporter } from '../export/delivery-reporter.ts'
import { deliverAtExit } from '../export/exit-delivery.ts'
import type { Unfinished } from '../export/process-end.ts'
import { SpanQueue } from '../export/span-queue.ts'
import type { TelemetryHealth } from '../export/telemetry-health.ts'
import type { OtlpDelivery } from './otlp-delivery.ts'
import { createOtlpDelivery } from './otlp-delivery.ts'
import { spanSize } from './span-size.ts'

/** One destination, with what is on the way to it. */
interface Outlet {
  readonly destination: Destination
  readonly delivery: OtlpDelivery
  readonly reporter: DeliveryReporter
  readonly queue: SpanQueue<ReadableSpan>
}

export interface OutletsOptions {
  readonly destinations: readonly Destination[]
  readonly queue: QueueConfig
  /** How long `shutdown` may take, in milliseconds. */
  readonly shutdownMillis: number
  /** Tells the operator one line. */
  readonly say: (line: string) => void
}

/** For how long after the first attempt a workbench that is not there yet is no news, in milliseconds. */
const WORKBENCH_GRACE = 1500

/** Every destination of a process: each gets every sampled span, at its own pace. */
export class Outlets implements SpanProcessor, Unfinished {
  readonly #outlets: readonly Outlet[]
  readonly #shutdownMillis: number

  constructor({ destinations, queue, shutdownMillis, say }: OutletsOptions) {
    this.#outlets = destinations.map((destination) => createOutlet(destination, queue, say))
    this.#shutdownMillis = shutdownMillis
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return
    for (const { queue } of this.#outlets) queue.add(span)
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#outlets.map(({ queue }) => queue.flush()))
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.#outlets.map(({ queue }) => queue.shutdown(this.#shutdownMillis)))
    this.#conclude()
    for (const { delivery } of this.#outlets) delivery.close()
  }

  pending(): boolean {
    return this.#outlets.some(({ queue }) => queue.held > 0)
  }

  async drain(deadlineMillis: number): Promise<void> {
    await Promise.all(this.#outlets.map(({ queue }) => queue.drain(deadlineMillis)))
    this.#conclude()
  }

  hurry(): void {
    for (const { queue } of this.#outlets) queue.hurry()
  }

  deliverAtExit(deadlineMillis: number): void {
    const batches = this.#outlets.flatMap((outlet) => {
      return outlet.queue
        .takeAll()
        .map((spans) => ({ outlet, spans, request: outlet.delivery.exitRequest(spans) }))
    })
    const requests = batches.flatMap(({ request }) => request ?? [])
    const delivered = new Set(deliverAtExit(requests, deadlineMillis))
    for (const { outlet, spans, request } of batches) {
      outlet.queue.conclude(spans.length, request !== undefined && delivered.has(request))
    }
    this.#conclude()
  }

  health(): TelemetryHealth {
    return { destinations: this.#outlets.map(describeHealth) }
  }

  #conclude(): void {
    for (const { reporter } of this.#outlets) reporter.conclude()
  }
}

function createOutlet(destination: Destination, config: QueueConfig, say: (line: string) => void): Outlet {
  const timeoutMillis = Math.min(destination.timeoutMillis, config.exportTimeoutMillis)
  const delivery = createOtlpDelivery({ ...destination, timeoutMillis })
  const reporter = new DeliveryReporter({
    destination: describeDestination(destination),
    say,
    graceMillis: destination.kind === 'workbench' ? WORKBENCH_GRACE : 0,
  })
  const queue = new SpanQueue({ ...config, deliver: delivery.deliver, observer: reporter, sizeOf: spanSize })
  return { destination, delivery, reporter, queue }
}

function describeHealth({ destination, queue, reporter }: Outlet): TelemetryHealth['destinations'][number] {
  const { kind, url, dataset } = destination
  const { origin, pathname } = new URL(url)
  return {
    kind,
    url: `${origin}${pathname}`,
    dataset,
    exported: queue.exported,
    queued: queue.held,
    dropped: queue.dropped,
    lastError: reporter.lastError,
  }
}
