import type { Attributes, Counter, MeterProvider, SpanContext, UpDownCounter } from '@opentelemetry/api'
import { SamplingDecision, TraceFlags } from '@opentelemetry/api'

const RESULT = 'otel.span.sampling_result'
const ORIGIN = 'otel.span.parent.origin'

const DROPPED: Attributes = { [RESULT]: 'DROP' }
const RECORDED: Attributes = { [RESULT]: 'RECORD_ONLY' }
const SAMPLED: Attributes = { [RESULT]: 'RECORD_AND_SAMPLE' }

const STARTED = {
  none: byDecision('none'),
  local: byDecision('local'),
  remote: byDecision('remote'),
}

/** The attributes of `otel.sdk.span.started` by decision, made once: there are nine of them. */
function byDecision(origin: string): Readonly<Record<SamplingDecision, Attributes>> {
  return {
    [SamplingDecision.NOT_RECORD]: { [ORIGIN]: origin, ...DROPPED },
    [SamplingDecision.RECORD]: { [ORIGIN]: origin, ...RECORDED },
    [SamplingDecision.RECORD_AND_SAMPLED]: { [ORIGIN]: origin, ...SAMPLED },
  }
}

/**
 * Counts the spans of a tracer: `otel.sdk.span.started` and `otel.sdk.span.live`.
 *
 * Source: OpenTelemetry semantic conventions, otel/sdk-metrics.md, "Span metrics".
 */
export class TracerMetrics {
  readonly #started: Counter
  readonly #live: UpDownCounter

  /** @param scope name and version of who counts */
  constructor(meterProvider: MeterProvider, scope: { readonly name: string; readonly version: string }) {
    const meter = meterProvider.getMeter(scope.name, scope.version)
    this.#started = meter.createCounter('otel.sdk.span.started', {
      unit: '{span}',
      description: 'The number of created spans.',
    })
    this.#live = meter.createUpDownCounter('otel.sdk.span.live', {
      unit: '{span}',
      description: 'The number of currently live spans.',
    })
  }

  started(parent: SpanContext | undefined, decision: SamplingDecision): void {
    const origin = parent === undefined ? 'none' : parent.isRemote ? 'remote' : 'local'
    this.#started.add(1, STARTED[origin][decision])
    if (decision !== SamplingDecision.NOT_RECORD) {
      this.#live.add(1, decision === SamplingDecision.RECORD ? RECORDED : SAMPLED)
    }
  }

  /** A recorded span has ended. */
  ended({ traceFlags }: SpanContext): void {
    this.#live.add(-1, (traceFlags & TraceFlags.SAMPLED) === 0 ? RECORDED : SAMPLED)
  }
}
