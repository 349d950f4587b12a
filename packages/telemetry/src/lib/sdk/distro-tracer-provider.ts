import type {
  Context,
  HrTime,
  Span,
  SpanContext,
  SpanOptions,
  Tracer,
  TracerOptions,
} from '@opentelemetry/api'
import { context as contextApi, INVALID_TRACEID, trace } from '@opentelemetry/api'
import type { TracerProviderOptions } from '@opentelemetry/sdk-trace'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { RANDOM_FLAG } from '../links/traceparent.ts'
import { RandomIdGenerator } from '../sampling/random-id-generator.ts'
import { WallClock } from './wall-clock.ts'

/** A span of the SDK that is recorded. What it tells of its end and its events is reckoned from its start. */
interface RecordedSpan extends Span {
  readonly startTime: HrTime
}

/**
 * Provides tracers whose spans say more than those of `@opentelemetry/sdk-trace`:
 *
 * - Roots have random ids, and say so by the W3C `random` flag; children have the flag of their parent. The SDK knows no
 *   flag but `sampled`, and would take it from traces that it continues, which W3C Trace Context level 2 forbids.
 * - Starts are told to the microsecond, not to the millisecond, so that a span does not seem to outlast its parent.
 */
export class DistroTracerProvider extends TracerProvider {
  readonly #clock = new WallClock()

  constructor(
    options: Omit<TracerProviderOptions, 'idGenerator'>,
    ids: RandomIdGenerator = new RandomIdGenerator(),
  ) {
    super({ ...options, idGenerator: ids })
  }

  override getTracer(name: string, version?: string, options?: TracerOptions): Tracer {
    const tracer = super.getTracer(name, version, options)
    // The same tracer comes for the same name. Its `startActiveSpan` goes through its `startSpan`.
    if (!Object.hasOwn(tracer, 'startSpan')) tracer.startSpan = refine(tracer.startSpan, this.#clock)
    return tracer
  }
}

function refine(startSpan: Tracer['startSpan'], clock: WallClock): Tracer['startSpan'] {
  return function startRefinedSpan(
    this: Tracer,
    name: string,
    options?: SpanOptions,
    context: Context = contextApi.active(),
  ): Span {
    const span = startSpan.call(this, name, options, context)
    // Span processors have been told of its start before, to the millisecond and without a flag.
    if (options?.startTime === undefined && 'startTime' in span) {
      setTime((span as RecordedSpan).startTime, clock.now())
    }
    setRandomFlag(span.spanContext(), trace.getSpanContext(context))
    return span
  }
}

/** A span whose trace is another than its parent's is a root, by whatever way it became one. */
function setRandomFlag(own: SpanContext, parent: SpanContext | undefined): void {
  const flag = parent?.traceId === own.traceId ? parent.traceFlags & RANDOM_FLAG : RANDOM_FLAG
  // All without a valid id (tracing is suppressed) share one span context.
  if (flag !== 0 && own.traceId !== INVALID_TRACEID) own.traceFlags |= flag
}

/** @param millis since 1970 */
function setTime(time: HrTime, millis: number): void {
  const seconds = Math.trunc(millis / 1000)
  time[0] = seconds
  // A fraction of a microsecond more would be noise: numbers hold no more of the time since 1970.
  time[1] = Math.trunc((millis - seconds * 1000) * 1000) * 1000
}
