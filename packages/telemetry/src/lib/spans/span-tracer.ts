import type { Context, Span, SpanContext, SpanOptions, Tracer } from '@opentelemetry/api'
import {
  context as contextApi,
  INVALID_SPAN_CONTEXT,
  SamplingDecision,
  SpanKind,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import type { IdGenerator, Sampler } from '@opentelemetry/sdk-trace'
import { RANDOM_FLAG } from '../links/traceparent.ts'
import type { OwningSpanOptions } from './owned-attributes.ts'
import { MOST_OWNED, OWNED } from './owned-attributes.ts'
import type { Recorder } from './recorded-span.ts'
import { cleanLink, RecordedSpan } from './recorded-span.ts'
import type { CopiedAttributes } from './span-attributes.ts'
import { addAttributes, copyAttributes, limitAttributes } from './span-attributes.ts'

/** Who decides on spans, and names them. */
export interface SpanSources {
  readonly sampler: Sampler
  /** Of ids that are random in all their bits. */
  readonly ids: IdGenerator
}

/**
 * Starts spans as the tracer of `@opentelemetry/sdk-trace` does, with one thing more: roots say by the W3C `random` flag
 * that their ids are, and children have the flag of their parent (W3C Trace Context level 2, "Random Trace ID Flag"). The
 * SDK knows no flag but `sampled`, and would take this one from traces that it continues.
 *
 * Source: OpenTelemetry specification, trace/sdk.md, "Sampling" and "SDK Span creation".
 */
export class SpanTracer implements Tracer {
  readonly #recorder: Recorder
  readonly #sampler: Sampler
  readonly #ids: IdGenerator

  constructor(recorder: Recorder, { sampler, ids }: SpanSources) {
    this.#recorder = recorder
    this.#sampler = sampler
    this.#ids = ids
  }

  startSpan(name: string, options: OwningSpanOptions = {}, given: Context = contextApi.active()): Span {
    if (isTracingSuppressed(given)) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
    const context = options.root ? trace.deleteSpan(given) : given
    const parent = findParent(context)
    const { kind = SpanKind.INTERNAL, links, startTime } = options
    const traceId = parent === undefined ? this.#ids.generateTraceId() : parent.traceId
    const spanLinks = links == null ? [] : links.map((link) => cleanLink(link, this.#recorder))
    const own = attributesOf(options)

    const sampled = this.#sampler.shouldSample(context, traceId, name, kind, own.attributes, spanLinks)
    const { decision, traceState = parent?.traceState } = sampled
    this.#recorder.metrics.started(parent, decision)
    const spanContext: SpanContext = {
      traceId,
      spanId: this.#ids.generateSpanId(),
      traceFlags:
        (decision === SamplingDecision.RECORD_AND_SAMPLED ? TraceFlags.SAMPLED : TraceFlags.NONE) |
        (parent === undefined ? RANDOM_FLAG : parent.traceFlags & RANDOM_FLAG),
    }
    if (traceState !== undefined) spanContext.traceState = traceState
    if (decision === SamplingDecision.NOT_RECORD) return trace.wrapSpanContext(spanContext)
    const { limits } = this.#recorder
    const attributes =
      sampled.attributes === undefined
        ? limitAttributes(own, limits)
        : addAttributes(own, sampled.attributes, limits)
    const start = { name, kind, spanContext, parent, attributes, links: spanLinks, startTime }
    return new RecordedSpan(this.#recorder, start, context)
  }

  startActiveSpan<F extends (span: Span) => unknown>(name: string, fn: F): ReturnType<F>
  startActiveSpan<F extends (span: Span) => unknown>(name: string, options: SpanOptions, fn: F): ReturnType<F>
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: SpanOptions,
    context: Context,
    fn: F,
  ): ReturnType<F>
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    ...rest: [F] | [SpanOptions, F] | [SpanOptions, Context, F]
  ): ReturnType<F> {
    const fn = rest[rest.length - 1] as F
    const options = rest.length > 1 ? (rest[0] as SpanOptions) : undefined
    const context = (rest.length > 2 ? (rest[1] as Context | undefined) : undefined) ?? contextApi.active()
    const span = this.startSpan(name, options, context)
    return contextApi.with(trace.setSpan(context, span), fn as (span: Span) => ReturnType<F>, undefined, span)
  }
}

/** The span context that a span started in a context is a child of. */
function findParent(context: Context): SpanContext | undefined {
  const span = trace.getSpan(context)
  if (span === undefined) return undefined
  const spanContext = span.spanContext()
  // Our own are valid.
  return span instanceof RecordedSpan || trace.isSpanContextValid(spanContext) ? spanContext : undefined
}

function attributesOf(options: OwningSpanOptions): CopiedAttributes {
  const { attributes } = options
  if (!options[OWNED] || attributes === undefined) return copyAttributes(attributes)
  return { attributes, dropped: 0, atMost: MOST_OWNED }
}
