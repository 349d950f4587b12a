import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { TraceFlags } from '@opentelemetry/api'
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import { describeDestination } from '../config/describe-destination.ts'
import { Secret } from '../config/secret.ts'
import type { Destination, QueueConfig, SpoolConfig } from '../config/telemetry-config.ts'
import type { ExportEnd } from '../export/delivery.ts'
import { DeliveryReporter } from '../export/delivery-reporter.ts'
import { deliverAtExit } from '../export/exit-delivery.ts'
import type { Unfinished } from '../export/process-end.ts'
import type { QueueObserver } from '../export/span-queue.ts'
import { SpanQueue } from '../export/span-queue.ts'
import type { SpoolObserver } from '../export/spool.ts'
import { DiskSpool } from '../export/spool.ts'
import { SpoolFolder } from '../export/spool-folder.ts'
import type { TelemetryHealth } from '../export/telemetry-health.ts'
import { halveBatch } from '../otlp/halve-batch.ts'
import type { DeliveryFigures } from './observe-delivery.ts'
import type { OtlpDelivery } from './otlp-delivery.ts'
import { createOtlpDelivery } from './otlp-delivery.ts'
import { spanSize } from './span-size.ts'

/** One destination, with what is on the way to it. */
interface Outlet {
  readonly destination: Destination
  readonly delivery: OtlpDelivery
  readonly reporter: DeliveryReporter
  readonly queue: SpanQueue<ReadableSpan>
  readonly spool: DiskSpool<ReadableSpan> | undefined
  /** Spans that the spool lost. */
  readonly lost: { spoolFull: number; spoolUnreadable: number }
  /** Spans that were refused, by cause. Bounded by what can go wrong: HTTP statuses, and error codes of Node. */
  readonly refused: Map<string, number>
}

export interface OutletsOptions {
  readonly destinations: readonly Destination[]
  readonly queue: QueueConfig
  readonly spool: SpoolConfig | undefined
  /** How long `shutdown` may take, in milliseconds. */
  readonly shutdownMillis: number
  /** Tells the operator one line. */
  readonly say: (line: string) => void
  /** Hears of every export that is over, by the index of its destination. */
  readonly onExportEnd?: (index: number, end: ExportEnd) => void
}

/** For how long after the first attempt a workbench that is not there yet is no news, in milliseconds. */
const WORKBENCH_GRACE = 1500

/** Every destination of a process: each gets every sampled span, at its own pace. */
export class Outlets implements SpanProcessor, Unfinished {
  readonly #outlets: readonly Outlet[]
  readonly #shutdownMillis: number
  readonly #capacity: number

  constructor(options: OutletsOptions) {
    const { destinations, shutdownMillis } = options
    this.#outlets = destinations.map((destination, index) => createOutlet(destination, options, index))
    for (const { spool } of this.#outlets) spool?.deliver()
    this.#shutdownMillis = shutdownMillis
    this.#capacity = options.queue.maxQueueSize
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
    await this.#finish((queue) => queue.shutdown(this.#shutdownMillis), this.#shutdownMillis)
    for (const { delivery } of this.#outlets) delivery.close()
  }

  pending(): boolean {
    return this.#outlets.some(({ queue, spool }) => queue.held > 0 || (spool?.sending ?? 0) > 0)
  }

  async drain(deadlineMillis: number): Promise<void> {
    await this.#finish((queue) => queue.drain(deadlineMillis), deadlineMillis)
  }

  hurry(): void {
    for (const { queue } of this.#outlets) queue.hurry()
  }

  deliverAtExit(deadlineMillis: number): void {
    const batches = this.#outlets.flatMap((outlet) => {
      return outlet.queue
        .takeAll()
        .map((spans) => ({ outlet, spans, encoded: outlet.delivery.encodeBatch(spans) }))
    })
    const requests = batches.flatMap(({ outlet, encoded: { batch } }) => {
      return batch === undefined ? [] : outlet.delivery.exitRequest(batch)
    })
    const answers = deliverAtExit(requests, deadlineMillis)
    for (const { outlet, spans, encoded } of batches) {
      const answer = encoded.batch && answers.shift()
      outlet.queue.conclude(spans, outlet.delivery.interpretExit(encoded, answer))
    }
    this.#conclude()
  }

  health(): TelemetryHealth {
    return { destinations: this.#outlets.map(describeHealth) }
  }

  /** For `observeDelivery`. */
  figures(): DeliveryFigures[] {
    return this.#outlets.map((outlet) => ({
      destination: outlet.destination,
      health: describeHealth(outlet),
      refused: outlet.refused,
      unsent: outlet.queue.held - outlet.queue.inFlight,
      handedOver: outlet.queue.handedOver,
      givenUpUnsent: outlet.queue.givenUpUnsent,
      inFlight: outlet.queue.inFlight + (outlet.spool?.sending ?? 0),
      capacity: this.#capacity,
    }))
  }

  async #finish(end: (queue: Outlet['queue']) => Promise<void>, deadlineMillis: number): Promise<void> {
    await Promise.all(
      this.#outlets.flatMap(({ queue, spool }) => [end(queue), spool?.finish(deadlineMillis)]),
    )
    this.#conclude()
  }

  #conclude(): void {
    for (const { reporter, spool } of this.#outlets) {
      spool?.stop()
      reporter.conclude()
    }
  }
}

function createOutlet(
  destination: Destination,
  { queue: config, spool: disk, say, onExportEnd }: OutletsOptions,
  index: number,
): Outlet {
  const timeoutMillis = Math.min(destination.timeoutMillis, config.exportTimeoutMillis)
  const delivery = createOtlpDelivery({ ...destination, timeoutMillis })
  const reporter = new DeliveryReporter({
    destination: describeDestination(destination),
    say,
    graceMillis: destination.kind === 'workbench' ? WORKBENCH_GRACE : 0,
  })
  const lost = { spoolFull: 0, spoolUnreadable: 0 }
  const refused = new Map<string, number>()
  const observer: QueueObserver & SpoolObserver = {
    delivered: (taken, spans) => reporter.delivered(taken, spans),
    failed(failure, spans, held) {
      const { outcome, cause } = failure
      if (outcome === 'refused') refused.set(cause, (refused.get(cause) ?? 0) + spans)
      reporter.failed(failure, spans, held)
    },
    interrupted: (failure) => reporter.interrupted(failure),
    dropped: (reason, spans) => reporter.dropped(reason, spans),
    unusable: (words) => reporter.unusable(words),
    concluded: (end) => onExportEnd?.(index, end),
  }
  const spool =
    disk &&
    new DiskSpool({
      folder: new SpoolFolder({
        path: join(disk.path, spoolName(destination)),
        maxBytes: disk.maxBytes,
        onLost(reason, spans) {
          lost[reason] += spans
          reporter.dropped(reason, spans)
        },
      }),
      encode: delivery.encodeBatch,
      halve: halveBatch,
      send: delivery.sendEncoded,
      observer,
    })
  const queue = new SpanQueue({
    ...config,
    deliver: delivery.deliver,
    observer: {
      ...observer,
      delivered(taken, spans) {
        observer.delivered(taken, spans)
        // The backend is back.
        spool?.deliver()
      },
    },
    sizeOf: spanSize,
    spool,
  })
  return { destination, delivery, reporter, queue, spool, lost, refused }
}

/**
 * The folder of one destination: what was meant for one dataset or tenant is never sent to another. A token may be
 * renewed, so it is not part of the name.
 */
function spoolName({ kind, url, headers }: Destination): string {
  const hash = createHash('sha256').update(url)
  for (const [name, value] of Object.entries(headers).toSorted()) {
    if (name.toLowerCase() === 'authorization') continue
    hash.update(`\n${name.toLowerCase()}: ${value instanceof Secret ? value.reveal() : value}`)
  }
  return `${kind}-${hash.digest('hex').slice(0, 16)}`
}

function describeHealth({
  destination,
  queue,
  reporter,
  spool,
  lost,
}: Outlet): TelemetryHealth['destinations'][number] {
  const { kind, url, dataset } = destination
  const { dropped } = queue
  const { origin, pathname } = new URL(url)
  return {
    kind,
    url: `${origin}${pathname}`,
    dataset,
    exported: queue.exported + (spool?.exported ?? 0),
    queued: queue.held,
    spooled: spool?.spooled ?? 0,
    dropped: {
      ...dropped,
      refused: dropped.refused + (spool?.refused ?? 0),
      rejected: dropped.rejected + (spool?.rejected ?? 0),
      ...lost,
    },
    lastError: reporter.lastError,
  }
}
