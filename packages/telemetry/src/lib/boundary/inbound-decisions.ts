import type { InboundDecision } from './inbound-policy.ts'

/**
 * Decisions on requests that are still being handled, by their headers object: the one thing that both the hook that
 * decides (it has the request) and the propagator that obeys (it has the carrier) hold. An entry goes with its request.
 */
const decisions = new WeakMap<object, InboundDecision>()

/** Notes how the context in these headers is to be used. */
export function noteDecision(headers: object, decision: InboundDecision): void {
  decisions.set(headers, decision)
}

/** The decision on the request these headers came with; `undefined` for every other carrier. */
export function decisionFor(carrier: unknown): InboundDecision | undefined {
  return typeof carrier === 'object' && carrier !== null ? decisions.get(carrier) : undefined
}
