import type { Context, Span, SpanOptions, Tracer, TracerOptions } from '@opentelemetry/api'
import { context as contextApi, INVALID_TRACEID, trace } from '@opentelemetry/api'
import type { TracerProviderOptions } from '@opentelemetry/sdk-trace'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { RandomIdGenerator } from '../sampling/random-id-generator.ts'
import { RANDOM_FLAG } from '../sampling/trace-randomness.ts'

/**
 * Provides tracers whose roots have random ids and say so by the W3C `random` flag, and whose children have the flag of
 * their parent. Those of `@opentelemetry/sdk-trace` know no flag but `sampled`, and would take it from traces that they
 * continue, which W3C Trace Context level 2 forbids.
 */
export class RandomFlagTracerProvider extends TracerProvider {
  constructor(
    options: Omit<TracerProviderOptions, 'idGenerator'>,
    ids: RandomIdGenerator = new RandomIdGenerator(),
  ) {
    super({ ...options, idGenerator: ids })
  }

  override getTracer(name: string, version?: string, options?: TracerOptions): Tracer {
    const tracer = super.getTracer(name, version, options)
    // The same tracer comes for the same name. Its `startActiveSpan` goes through its `startSpan`.
    if (!Object.hasOwn(tracer, 'startSpan')) tracer.startSpan = withRandomFlag(tracer.startSpan)
    return tracer
  }
}

function withRandomFlag(startSpan: Tracer['startSpan']): Tracer['startSpan'] {
  return function startSpanWithRandomFlag(
    this: Tracer,
    name: string,
    options?: SpanOptions,
    context: Context = contextApi.active(),
  ): Span {
    const span = startSpan.call(this, name, options, context)
    const own = span.spanContext()
    const parent = trace.getSpanContext(context)
    // A span whose trace is another than its parent's is a root, by whatever way it became one.
    const flag = parent?.traceId === own.traceId ? parent.traceFlags & RANDOM_FLAG : RANDOM_FLAG
    // Span processors have been told of its start before, when there was no flag yet. All without a valid id (tracing is
    // suppressed) share one span context.
    if (flag !== 0 && own.traceId !== INVALID_TRACEID) own.traceFlags |= flag
    return span
  }
}
