import type { SpanContext } from '@opentelemetry/api'
import { RANDOM_FLAG } from '../links/traceparent.ts'
import { DIGITS } from './threshold.ts'

/** The last 56 bits of a trace id, which are its randomness unless an explicit `rv` takes their place. */
export function randomnessOfId(traceId: string): string {
  // An application's own span context may have it in capitals.
  return traceId.slice(-DIGITS).toLowerCase()
}

/**
 * The randomness by which a trace may be sampled together with another: its explicit one, else that of its id if the
 * trace says that its id has any; `undefined` if neither is known.
 *
 * That a threshold is there would be a sign too, but only sampled traces have one: to go by it would leave the others
 * to chance, and the traces sampled together would be none that the threshold is true of.
 */
export function sharedRandomness(
  { traceId, traceFlags }: SpanContext,
  explicit: string | undefined,
): string | undefined {
  return explicit ?? ((traceFlags & RANDOM_FLAG) === 0 ? undefined : randomnessOfId(traceId))
}
