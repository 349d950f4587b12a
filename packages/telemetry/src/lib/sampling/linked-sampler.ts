import type { Attributes, Context, Link, SpanContext, SpanKind, TraceState } from '@opentelemetry/api'
import { SamplingDecision, TraceFlags, trace } from '@opentelemetry/api'
import type { Sampler, SamplingResult } from '@opentelemetry/sdk-trace'
import { decidingLink } from './deciding-link.ts'
import { otTraceState, readOtMember, withoutThreshold } from './ot-member.ts'
import { RootRate } from './root-rate.ts'
import { isKept, thresholdOf } from './threshold.ts'
import { randomnessOfId, sharedRandomness } from './trace-randomness.ts'

export interface LinkedSamplerOptions {
  /**
   * What a linked root takes from the trace it is linked to: its randomness, so that both are kept or dropped together
   * as far as their ratios allow (`probability`), or its decision (`follow`).
   */
  readonly mode: 'probability' | 'follow'
  /** How many of the roots are kept that decide by themselves, from 0 to 1; in mode `probability` also of linked ones. */
  readonly ratio: number
  /** How many of the roots that share nothing with a link are kept in a second, about. No limit unless given. */
  readonly rootsPerSecond?: number | undefined
  /**
   * Makes the randomness of a root, 14 hexadecimal digits, which the root then states as `rv`: for tracers whose ids are
   * not known to be random, or that cannot set the flag that says so. Default: ids are random, and are said to be.
   */
  readonly generateRandomness?: (() => string) | undefined
  /** Milliseconds on a clock that never goes back. Default `performance.now`. */
  readonly now?: (() => number) | undefined
}

/** The children's, whose `tracestate` is their parent's. */
const KEPT: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED }
const DROPPED: SamplingResult = { decision: SamplingDecision.NOT_RECORD }

/** What is done with roots that decide by themselves. */
interface RootPolicy {
  readonly probability: number
  readonly threshold: string | undefined
  /** Of every root that is kept: they all have the same `tracestate`. */
  readonly kept: SamplingResult
}

/**
 * Samples new roots together with the trace they are linked to, other roots by consistent probability, and children as
 * their parent was. The rules, one by one, are in docs/sampling.md.
 *
 * Source: OpenTelemetry specification, trace/tracestate-probability-sampling.md and trace/tracestate-handling.md.
 */
export class LinkedSampler implements Sampler {
  readonly #follows: boolean
  readonly #policy: RootPolicy
  readonly #rate: RootRate | undefined
  readonly #generateRandomness: (() => string) | undefined
  readonly #description: string
  /** The policy of the latest root that the rate was asked about. */
  #limited: RootPolicy

  constructor(options: LinkedSamplerOptions) {
    const { mode, ratio, rootsPerSecond, generateRandomness, now = () => performance.now() } = options
    this.#follows = mode === 'follow'
    this.#policy = policyOf(ratio)
    this.#limited = this.#policy
    this.#rate = rootsPerSecond === undefined ? undefined : new RootRate(rootsPerSecond, now)
    this.#generateRandomness = generateRandomness
    const limit = rootsPerSecond === undefined ? '' : `, rootsPerSecond=${rootsPerSecond}`
    this.#description = `${this.#follows ? 'LinkedFollow' : 'LinkedProbability'}{${ratio}${limit}}`
  }

  shouldSample(
    context: Context,
    traceId: string,
    _name: string,
    _kind: SpanKind,
    _attributes: Attributes,
    links: readonly Link[],
  ): SamplingResult {
    const parent = trace.getSpanContext(context)
    // A tracer takes the id of a valid parent and of no other, so that nothing needs to be checked again here.
    if (parent?.traceId === traceId) {
      if (parent.isRemote) return continueTrace(parent)
      return isSampled(parent) ? KEPT : DROPPED
    }
    const linked = links.length === 0 ? undefined : decidingLink(context, links)
    return (linked && this.#sampleWith(linked)) ?? this.#sampleRoot(traceId)
  }

  toString(): string {
    return this.#description
  }

  /** `undefined` if there is nothing to go by. */
  #sampleWith(linked: SpanContext): SamplingResult | undefined {
    const { threshold, randomness: explicit } = readOtMember(linked.traceState)
    const shared = sharedRandomness(linked, explicit)
    if (this.#follows) {
      const randomness = shared ?? this.#generateRandomness?.()
      if (!isSampled(linked)) return dropped(randomness)
      // A root that follows is kept as often as the trace it is linked to, so that one's threshold is true of both: but
      // only beside the randomness that it was compared with, and only if that agrees with the flag.
      const holds = shared !== undefined && threshold !== undefined && isKept(shared, threshold)
      return kept(holds ? threshold : undefined, randomness)
    }
    if (shared === undefined) return undefined
    const own = this.#policy.threshold
    return own !== undefined && isKept(shared, own) ? kept(own, shared) : dropped(shared)
  }

  #sampleRoot(traceId: string): SamplingResult {
    const policy = this.#rate === undefined ? this.#policy : this.#limit(this.#rate.next())
    const { threshold } = policy
    const stated = this.#generateRandomness?.()
    const keeps = threshold !== undefined && isKept(stated ?? randomnessOfId(traceId), threshold)
    if (stated === undefined) return keeps ? policy.kept : DROPPED
    return keeps ? kept(threshold, stated) : dropped(stated)
  }

  #limit(probability: number): RootPolicy {
    if (probability >= this.#policy.probability) return this.#policy
    if (probability !== this.#limited.probability) this.#limited = policyOf(probability)
    return this.#limited
  }
}

function policyOf(probability: number): RootPolicy {
  const threshold = thresholdOf(probability)
  return { probability, threshold, kept: kept(threshold, undefined) }
}

function isSampled({ traceFlags }: SpanContext): boolean {
  return (traceFlags & TraceFlags.SAMPLED) !== 0
}

/** A remote parent's decision. Its threshold goes where it cannot be true: of a dropped span, or against its randomness. */
function continueTrace(parent: SpanContext): SamplingResult {
  const { traceId, traceState } = parent
  const sampled = isSampled(parent)
  const simple = sampled ? KEPT : DROPPED
  const { hasThreshold, threshold, randomness = randomnessOfId(traceId) } = readOtMember(traceState)
  if (traceState === undefined || !hasThreshold) return simple
  if (sampled && threshold !== undefined && isKept(randomness, threshold)) return simple
  return { ...simple, traceState: withoutThreshold(traceState) }
}

function kept(threshold: string | undefined, randomness: string | undefined): SamplingResult {
  return withState(KEPT, otTraceState(threshold, randomness))
}

/** A dropped span has no threshold. Its randomness stays, for all that is sampled with it later. */
function dropped(randomness: string | undefined): SamplingResult {
  return withState(DROPPED, otTraceState(undefined, randomness))
}

function withState(result: SamplingResult, traceState: TraceState | undefined): SamplingResult {
  return traceState === undefined ? result : { ...result, traceState }
}
