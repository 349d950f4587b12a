import type { TextMapPropagator } from '@opentelemetry/api'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3'
import { BoundaryPropagator } from '../boundary/boundary-propagator.ts'
import type { PropagatorName } from '../config/telemetry-config.ts'

/** The propagators behind standard names of `OTEL_PROPAGATORS`, in that order, behind the boundary. */
export function createPropagator(names: readonly PropagatorName[]): TextMapPropagator {
  return new BoundaryPropagator(new CompositePropagator({ propagators: names.map(createNamed) }))
}

function createNamed(name: PropagatorName): TextMapPropagator {
  switch (name) {
    case 'tracecontext':
      return new W3CTraceContextPropagator()
    case 'baggage':
      return new W3CBaggagePropagator()
    case 'b3':
      return new B3Propagator({ injectEncoding: B3InjectEncoding.SINGLE_HEADER })
    case 'b3multi':
      return new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER })
  }
}
