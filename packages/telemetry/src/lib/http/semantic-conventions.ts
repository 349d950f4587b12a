/**
 * Attributes of HTTP spans that are read or set one by one; those that spans are created with stand where they are.
 *
 * Source: OpenTelemetry semantic conventions, http/http-spans.md (stable).
 */
export const ATTR_ERROR_TYPE = 'error.type'
export const ATTR_HTTP_REQUEST_METHOD = 'http.request.method'
export const ATTR_HTTP_RESPONSE_STATUS_CODE = 'http.response.status_code'
export const ATTR_HTTP_ROUTE = 'http.route'
export const ATTR_NETWORK_PEER_ADDRESS = 'network.peer.address'
export const ATTR_NETWORK_PEER_PORT = 'network.peer.port'
export const ATTR_NETWORK_PROTOCOL_VERSION = 'network.protocol.version'
export const ATTR_SERVER_ADDRESS = 'server.address'
export const ATTR_SERVER_PORT = 'server.port'
export const ATTR_URL_SCHEME = 'url.scheme'

/** http/http-metrics.md, with the bucket boundaries of both in seconds. */
export const METRIC_HTTP_CLIENT_REQUEST_DURATION = 'http.client.request.duration'
export const METRIC_HTTP_SERVER_REQUEST_DURATION = 'http.server.request.duration'
export const DURATION_BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
