import type { IncomingHttpHeaders } from 'node:http'
import type { Context } from '@opentelemetry/api'
import { propagation } from '@opentelemetry/api'
import type { InboundDecision } from './inbound-policy.ts'

/**
 * Decisions on requests that are still being handled, by their headers object: the one thing that both the hook that
 * decides (it has the request) and the propagator that obeys (it has the carrier) hold. An entry goes with its request.
 */
const decisions = new WeakMap<object, InboundDecision>()

/** The headers that context is being extracted from right now, and the decision on their request. */
let extracting: IncomingHttpHeaders | undefined
let deciding: InboundDecision | undefined

/** Notes how the context in these headers is to be used. */
export function noteDecision(headers: object, decision: InboundDecision): void {
  decisions.set(headers, decision)
}

/** Extracts the context in these headers as far as the decision lets it in: noted for so long, at a tenth of the cost. */
export function extractBy(
  decision: InboundDecision,
  context: Context,
  headers: IncomingHttpHeaders,
): Context {
  if (decision.mode === 'continue') return propagation.extract(context, headers)
  extracting = headers
  deciding = decision
  try {
    return propagation.extract(context, headers)
  } finally {
    extracting = undefined
  }
}

/** The decision on the request these headers came with; `undefined` for every other carrier. */
export function decisionFor(carrier: unknown): InboundDecision | undefined {
  if (typeof carrier !== 'object' || carrier === null) return undefined
  return carrier === extracting ? deciding : decisions.get(carrier)
}
