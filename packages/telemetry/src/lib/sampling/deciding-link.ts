import type { Context, Link, SpanContext } from '@opentelemetry/api'
import { isSpanContextValid } from '@opentelemetry/api'
import { getCrossing } from '../boundary/crossing.ts'

/**
 * The linked span whose trace a new root is sampled with: the trusted caller of a request that has come over a boundary,
 * else the first valid link, as links that local code makes are trusted. The trace of an untrusted caller has no say,
 * by whatever link of its request.
 *
 * @param context of the new root; the boundary leaves its crossing there
 */
export function decidingLink(context: Context, links: readonly Link[]): SpanContext | undefined {
  const crossing = getCrossing(context)
  let first: SpanContext | undefined
  for (const { context: linked } of links) {
    // Plain JavaScript may give anything.
    if (!linked) continue
    if (crossing !== undefined && linked.traceId === crossing.caller.traceId) {
      if (!crossing.trusted) continue
      // The boundary's link is the last of them, so that a span with too many keeps it.
      if (linked === crossing.caller) return linked
    }
    if (first === undefined && isSpanContextValid(linked)) first = linked
  }
  return first
}
