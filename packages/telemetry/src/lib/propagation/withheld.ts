import type { Span } from '@opentelemetry/api'

/** CLIENT spans of requests to where context must not be sent. An entry goes with its span. */
const withheld = new WeakSet<Span>()

/** Notes that nothing of the context may be sent with the request of a span. */
export function withhold(span: Span): void {
  withheld.add(span)
}

/** Whether nothing of the context is sent with the request of a span; what answers it then has no part in our traces. */
export function isWithheld(span: Span): boolean {
  return withheld.has(span)
}
