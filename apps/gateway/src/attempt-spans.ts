import { linkTo } from '@linked-traces/telemetry/links'
import { type Context, context, createContextKey, type Span, SpanKind } from '@opentelemetry/api'

const ATTEMPT = createContextKey('attempt')

/** One of several tries at the same call. */
export interface Attempt {
  /** From 1. */
  readonly number: number
  /** The CLIENT span of the attempt before. */
  readonly previous: Span | undefined
  /** The CLIENT span of this attempt, once it has started. */
  call?: Span
}

/** Runs a function, and tells the HTTP call that is made in it which attempt it is. */
export function inAttempt<Result>(attempt: Attempt, fn: () => Result): Result {
  return context.with(context.active().setValue(ATTEMPT, attempt), fn)
}

/**
 * Among the telemetry's `spanProcessors`: the instrumentation of the HTTP client makes a CLIENT span for each attempt,
 * which learns here that it is one, and is linked to the one before.
 */
export const attemptSpans = {
  onStart(span: Span & { readonly kind: SpanKind }, parent: Context): void {
    const attempt = parent.getValue(ATTEMPT) as Attempt | undefined
    if (attempt === undefined || span.kind !== SpanKind.CLIENT) return
    attempt.call = span
    if (attempt.number === 1) return
    // The first is no resend: semantic conventions for HTTP spans, "HTTP request retries and redirects".
    span.setAttribute('http.request.resend_count', attempt.number - 1)
    span.addLinks(linkTo(attempt.previous, { relation: 'previous_attempt' }))
  },
  onEnd(): void {},
  async forceFlush(): Promise<void> {},
  async shutdown(): Promise<void> {},
}
