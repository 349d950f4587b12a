import type { IncomingMessage } from 'node:http'
import { diag } from '@opentelemetry/api'
import { isInboundMode } from './check-inbound.ts'
import type { InboundDecision, InboundPolicy, InboundRule } from './inbound-policy.ts'
import type { PathPattern } from './path-pattern.ts'
import { compilePathPattern, matchesPath, normalPath } from './path-pattern.ts'

/** Decides on one request. Never throws. */
export type DecideInbound = (request: IncomingMessage) => InboundDecision

/** What a request gets that no rule matches: the caller's trace goes on, as everywhere in OpenTelemetry. */
export const CONTINUE: InboundDecision = { mode: 'continue', trusted: true }

/**
 * What a request gets when the policy's function fails. Whoever wrote a function did so to keep some callers out, so
 * its failure must not let them in; the link still says who called.
 */
const UNDECIDED: InboundDecision = { mode: 'link', trusted: false }

/**
 * Makes a policy quick to ask. The policy has been through `checkInbound`.
 */
export function compileInbound(policy: InboundPolicy): DecideInbound {
  if (typeof policy === 'function') return compileFunction(policy)
  if (typeof policy === 'string') {
    const decision = { mode: policy, trusted: true }
    return () => decision
  }
  const rules = policy.map(compileRule)
  const strictest = rules.reduce((found, { decision }) => stricter(found, decision), CONTINUE)
  return (request) => {
    const path = normalPath(request.url ?? '/')
    // Whoever has a rule to keep somebody out does not want it passed by an odd spelling.
    if (path === undefined) return strictest
    for (const rule of rules) {
      if (rule.method !== undefined && rule.method !== request.method) continue
      if (matchesPath(rule.pattern, path)) return rule.decision
    }
    return CONTINUE
  }
}

/** Of two decisions the one that lets less of the caller in; the first of equals. */
function stricter(a: InboundDecision, b: InboundDecision): InboundDecision {
  return strictness(b) > strictness(a) ? b : a
}

function strictness({ mode, trusted }: InboundDecision): number {
  return ['continue', 'link', 'ignore'].indexOf(mode) + (trusted ? 0 : 3)
}

interface CompiledRule {
  readonly pattern: PathPattern
  readonly method: string | undefined
  readonly decision: InboundDecision
}

function compileRule({ path, method, mode, trusted = true }: InboundRule): CompiledRule {
  return { pattern: compilePathPattern(path), method, decision: { mode, trusted } }
}

function compileFunction(policy: Extract<InboundPolicy, (...args: never) => unknown>): DecideInbound {
  let failures = 0
  // Every failure but the first is told at debug level: a policy that fails does so with every request.
  const undecided = (what: string, detail?: unknown) => {
    const message = `The inbound policy ${what}; the request is linked as from an untrusted caller.`
    if (failures++ === 0) diag.error(`${message} Further failures are logged at debug level.`, detail)
    else diag.debug(message, detail)
    return UNDECIDED
  }
  return (request) => {
    let answer: unknown
    try {
      answer = policy(request)
    } catch (error) {
      return undecided('threw', error)
    }
    if (answer === undefined) return CONTINUE
    // An async policy is refused below; its rejection must not end the process.
    if (answer instanceof Promise) answer.catch(() => {})
    const decision = isInboundMode(answer) ? { mode: answer, trusted: true } : answer
    return isDecision(decision) ? decision : undecided('answered neither a mode nor a decision', answer)
  }
}

function isDecision(value: unknown): value is InboundDecision {
  if (typeof value !== 'object' || value === null) return false
  const { mode, trusted }: { [Key in keyof InboundDecision]?: unknown } = value
  return isInboundMode(mode) && typeof trusted === 'boolean' && !(mode === 'continue' && !trusted)
}
