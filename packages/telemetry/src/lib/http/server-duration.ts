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
  scopeVersion: string,
): TimeRequest | undefined {
  const histogram: Histogram = meterProvider
    .getMeter(scope, scopeVersion)
    .createHistogram(METRIC_HTTP_SERVER_REQUEST_DURATION, {
      description: 'Duration of HTTP server requests.',
      unit: 's',
      valueType: ValueType.DOUBLE,
      advice: { explicitBucketBoundaries: DURATION_BOUNDARIES },
    })
  if (histogram === UNMEASURED) return undefined
  return (attributes, context) => {
    const start = performance.now()
    // Now: the span may be given others later.
    const {
      [ATTR_HTTP_REQUEST_METHOD]: method,
      [ATTR_URL_SCHEME]: scheme,
      [ATTR_NETWORK_PROTOCOL_VERSION]: version,
    } = attributes
    return (added) => {
      const seconds = (performance.now() - start) / 1000
      histogram.record(
        seconds,
        {
          [ATTR_HTTP_REQUEST_METHOD]: method,
          [ATTR_URL_SCHEME]: scheme,
          [ATTR_NETWORK_PROTOCOL_VERSION]: version,
          ...added,
        },
        context,
      )
    }
  }
}
