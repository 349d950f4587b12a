import type { Attributes, MeterProvider } from '@opentelemetry/api'
import { createDurationHistogram } from './duration-histogram.ts'
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_SCHEME,
  METRIC_HTTP_CLIENT_REQUEST_DURATION,
} from './semantic-conventions.ts'

/** What the end of a call adds to what is known at its start; each may have stayed unknown. */
export interface CallEnd {
  readonly statusCode: number | undefined
  readonly errorType: string | undefined
  readonly protocolVersion: string | undefined
}

/** Takes the end of a call. @param at when it was, by `performance.now()`; now unless given */
export type ObserveCall = (end: CallEnd, at?: number) => void

/** Starts to time a call; the result is called at its end. */
export type TimeCall = (attributes: Attributes) => ObserveCall

/**
 * The metric `http.client.request.duration`; `undefined` where nobody collects metrics.
 *
 * Source: OpenTelemetry semantic conventions, http/http-metrics.md.
 */
export function timeCalls(
  meterProvider: MeterProvider,
  scope: string,
  version: string,
): TimeCall | undefined {
  const histogram = createDurationHistogram(
    meterProvider.getMeter(scope, version),
    METRIC_HTTP_CLIENT_REQUEST_DURATION,
    'Measures the duration of outbound HTTP requests.',
  )
  if (histogram === undefined) return undefined
  return (attributes) => {
    const start = performance.now()
    // Now: the span is given the attributes, and more of them later.
    const {
      [ATTR_HTTP_REQUEST_METHOD]: method,
      [ATTR_SERVER_ADDRESS]: address,
      [ATTR_SERVER_PORT]: port,
      [ATTR_URL_SCHEME]: scheme,
    } = attributes
    return ({ statusCode, errorType, protocolVersion }, at = performance.now()) => {
      histogram.record((at - start) / 1000, {
        ...(statusCode !== undefined && { [ATTR_HTTP_RESPONSE_STATUS_CODE]: statusCode }),
        [ATTR_HTTP_REQUEST_METHOD]: method,
        [ATTR_SERVER_ADDRESS]: address,
        ...(port !== undefined && { [ATTR_SERVER_PORT]: port }),
        [ATTR_URL_SCHEME]: scheme,
        ...(errorType !== undefined && { [ATTR_ERROR_TYPE]: errorType }),
        ...(protocolVersion !== undefined && { [ATTR_NETWORK_PROTOCOL_VERSION]: protocolVersion }),
      })
    }
  }
}
