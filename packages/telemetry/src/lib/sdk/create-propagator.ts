import type { TextMapPropagator } from '@opentelemetry/api'
import { CompositePropagator } from '@opentelemetry/core'
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3'
import { BoundaryPropagator } from '../boundary/boundary-propagator.ts'
import type { PropagatorName } from '../config/telemetry-config.ts'
import { BaggagePropagator } from '../propagation/baggage-propagator.ts'
import { TraceContextPropagator } from '../propagation/trace-context-propagator.ts'

/**
 * The propagators behind standard names of `OTEL_PROPAGATORS`, in that order, behind the boundary.
 *
 * @param untrustedBaggage keys of baggage entries that are taken from untrusted callers too
 */
export function createPropagator(
  names: readonly PropagatorName[],
  untrustedBaggage: readonly string[],
): TextMapPropagator {
  const propagators = names.map(createNamed)
  return new BoundaryPropagator(new CompositePropagator({ propagators }), untrustedBaggage)
}

function createNamed(name: PropagatorName): TextMapPropagator {
  switch (name) {
    case 'tracecontext':
      return new TraceContextPropagator()
    case 'baggage':
      return new BaggagePropagator()
    case 'b3':
      return new B3Propagator({ injectEncoding: B3InjectEncoding.SINGLE_HEADER })
    case 'b3multi':
      return new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER })
  }
}
