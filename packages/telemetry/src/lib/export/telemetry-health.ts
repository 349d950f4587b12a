/** How a process's telemetry is doing, now. */
export interface TelemetryHealth {
  readonly destinations: readonly DestinationHealth[]
}

export interface DestinationHealth {
  readonly kind: 'axiom' | 'otlp' | 'workbench'
  /** The address that batches are sent to, without credentials and query. */
  readonly url: string
  /** The Axiom dataset. */
  readonly dataset?: string | undefined
  /** Spans the backend has taken. */
  readonly exported: number
  /** Spans held in memory: those being sent and those to be retried among them. */
  readonly queued: number
  /** Spans on the disk (`LINKED_TRACES_SPOOL`), those of other processes that share the folder among them. */
  readonly spooled: number
  /** Spans that will not arrive. */
  readonly dropped: DroppedSpans
  /** What went wrong at the last attempt; gone with the next success. */
  readonly lastError?: string | undefined
}

/** Spans that will not arrive, by reason. */
export interface DroppedSpans {
  /** Ended while the queue was full. */
  readonly queueFull: number
  /** In batches that the backend refused as a whole. */
  readonly refused: number
  /** Singled out by the backend in batches that it took (OTLP partial success). */
  readonly rejected: number
  /** Still undelivered when the deadline of a shutdown, or of the process's end, came. */
  readonly deadline: number
  /** Ended after `shutdown()`. */
  readonly afterShutdown: number
  /** The oldest on the disk when there was no room for new ones. */
  readonly spoolFull: number
  /** In files on the disk that could not be read. */
  readonly spoolUnreadable: number
}
