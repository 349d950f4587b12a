/** Sends one batch once. Settles within the destination's timeout, or soon after `signal` is aborted; never rejects. */
export type Deliver<Item> = (batch: readonly Item[], signal: AbortSignal) => Promise<Delivery>

/** How an export ended, all its attempts taken together. */
export interface ExportEnd {
  /** From its first attempt to the end of its last one. */
  readonly millis: number
  /** Of the last answer, over HTTP. */
  readonly status?: number | undefined
  /** Why it, or a part of it, has failed. */
  readonly cause?: string | undefined
}

/** What became of one attempt to send a batch. */
export type Delivery = Delivered | (DeliveryFailure & { readonly outcome: 'retry' }) | Refused

export type Refused = DeliveryFailure & { readonly outcome: 'refused' }

export interface Delivered {
  readonly outcome: 'delivered'
  /** Of the batch, what the backend took none of (OTLP `partial_success.rejected_spans`). */
  readonly rejected: number
  /** The backend's own words about what it rejected, or a warning with nothing rejected. */
  readonly reason?: string | undefined
  /** Of the answer, over HTTP. */
  readonly status?: number | undefined
}

export interface DeliveryFailure {
  /** `retry`: the same batch may be taken later. `refused`: it never will be (OTLP/HTTP, "Failures"). */
  readonly outcome: 'retry' | 'refused'
  /** The same for failures of the same kind, such as `http 401` or `ECONNREFUSED`. */
  readonly cause: string
  /** What happened, as it goes after the destination's name: `answered 401 Unauthorized: no such token`. */
  readonly words: string
  /** What to do, as sentences. Empty when there is nothing to be done but to wait. */
  readonly cure: string
  /** Nobody listens there: waiting a moment longer will not help a process that wants to end. */
  readonly unreachable: boolean
  /** The same spans in smaller batches may be taken. */
  readonly tooLarge?: boolean
  /** Of the answer, over HTTP, where there was one. */
  readonly status?: number | undefined
  /** How long the backend asked to be left alone (`Retry-After`), in milliseconds. */
  readonly retryAfterMillis?: number | undefined
}
