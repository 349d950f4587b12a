import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api'
import { SamplingDecision, TraceFlags, trace } from '@opentelemetry/api'
import type { Sampler, SamplingResult } from '@opentelemetry/sdk-trace'

const KEPT: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED }
const DROPPED: SamplingResult = { decision: SamplingDecision.NOT_RECORD }

/**
 * Samples children as their parent was, and leaves roots to another sampler: `ParentBasedSampler` of
 * `@opentelemetry/sdk-trace` with its defaults, which checks the parent's ids again, digit by digit, for each child.
 *
 * Source: OpenTelemetry specification, trace/sdk.md, "ParentBased".
 */
export class ParentSampler implements Sampler {
  readonly #root: Sampler
  readonly #description: string

  /** @param description what {@link toString} says */
  constructor(root: Sampler, description: string) {
    this.#root = root
    this.#description = description
  }

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    const parent = trace.getSpanContext(context)
    // A tracer takes the id of a valid parent and of no other.
    if (parent?.traceId !== traceId) {
      return this.#root.shouldSample(context, traceId, name, kind, attributes, links)
    }
    return (parent.traceFlags & TraceFlags.SAMPLED) === 0 ? DROPPED : KEPT
  }

  toString(): string {
    return this.#description
  }
}
