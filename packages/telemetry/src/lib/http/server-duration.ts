import type { Attributes, Context, Histogram, MeterProvider } from '@opentelemetry/api'
import { createNoopMeter, ValueType } from '@opentelemetry/api'
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_URL_SCHEME,
  DURATION_BOUNDARIES,
  METRIC_HTTP_SERVER_REQUEST_DURATION,
} from './semantic-conventions.ts'
import type { ObserveEnd } from './server-span.ts'

/** Starts to time a request; the result is called at its end. */
export type TimeRequest = (attributes: Attributes, context: Context) => ObserveEnd

const UNMEASURED = createNoopMeter().createHistogram(METRIC_HTTP_SERVER_REQUEST_DURATION)

/**
 * The metric `http.server.request.duration`; `undefined` where nobody collects metrics.
 *
 * Source: OpenTelemetry semantic conventions, http/http-metrics.md.
 */
export function timeRequests(
  meterProvider: MeterProvider,
  scope: string,
  version: string,
): TimeRequest | undefined {
  const histogram: Histogram = meterProvider
    .getMeter(scope, version)
    .createHistogram(METRIC_HTTP_SERVER_REQUEST_DURATION, {
      description: 'Duration of HTTP server requests.',
      unit: 's',
      valueType: ValueType.DOUBLE,
      advice: { explicitBucketBoundaries: DURATION_BOUNDARIES },
    })
  if (histogram === UNMEASURED) return undefined
  return (attributes, context) => {
    const start = performance.now()
    return (added) => {
      const seconds = (performance.now() - start) / 1000
      histogram.record(
        seconds,
        {
          [ATTR_HTTP_REQUEST_METHOD]: attributes[ATTR_HTTP_REQUEST_METHOD],
          [ATTR_URL_SCHEME]: attributes[ATTR_URL_SCHEME],
          [ATTR_NETWORK_PROTOCOL_VERSION]: attributes[ATTR_NETWORK_PROTOCOL_VERSION],
          ...added,
        },
        context,
      )
    }
  }
}
