/** Enough of a span to name it and to place it in time. Ids are lowercase hex. */
export type SpanSummary = {
  readonly traceId: string
  readonly spanId: string
  readonly serviceName: string
  /** Cut to 200 characters. */
  readonly name: string
  readonly kind: number
  /** Nanoseconds since the Unix epoch. */
  readonly start: bigint
  /** Nanoseconds; negative when a clock was set back. */
  readonly duration: bigint
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number
}

/** A trace in a list. */
export type TraceSummary = {
  readonly traceId: string
  readonly start: bigint
  /** From the earliest start to the latest end of its spans. */
  readonly duration: bigint
  readonly spanCount: number
  readonly errorCount: number
  /** The root that started first; without a root, the span that started first. */
  readonly root: SpanSummary
  readonly hasRoot: boolean
  /** Spans by service, the busiest first. */
  readonly services: readonly {
    readonly serviceName: string
    readonly spanCount: number
    readonly errorCount: number
  }[]
  /** Links its spans hold. */
  readonly linkCount: number
  /** Links held to its spans. */
  readonly linkedFromCount: number
}
