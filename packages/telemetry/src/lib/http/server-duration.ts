import type { Attributes, Context, MeterProvider } from '@opentelemetry/api'
import { createDurationHistogram } from './duration-histogram.ts'
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_URL_SCHEME,
  METRIC_HTTP_SERVER_REQUEST_DURATION,
} from './semantic-conventions.ts'
import type { ObserveEnd } from './server-span.ts'

/** Starts to time a request; the result is called at its end. */
export type TimeRequest = (attributes: Attributes, context: Context) => ObserveEnd

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
  const histogram = createDurationHistogram(
    meterProvider.getMeter(scope, scopeVersion),
    METRIC_HTTP_SERVER_REQUEST_DURATION,
    'Duration of HTTP server requests.',
  )
  if (histogram === undefined) return undefined
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
