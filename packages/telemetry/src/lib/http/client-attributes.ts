import type { Attributes } from '@opentelemetry/api'
import type { ClientOrigin } from './client-origins.ts'
import { portOf } from './client-origins.ts'
import { knownMethod } from './known-method.ts'
import { redactCredentials, redactSearch } from './redact-url.ts'
import { PLAIN_PATH } from './request-url.ts'
import type { UndiciRequest } from './undici-request.ts'
import { userAgentOf } from './user-agent.ts'
import { withoutMissing } from './without-missing.ts'

/** Queries that WHATWG's URL parser would give back as they are. */
const PLAIN_SEARCH = /^\?[!$%&(-;=?-~]*$/

/**
 * The attributes that the CLIENT span of a request is created with; `undefined` where it has no URL. Always in the same
 * order, so that they are all of a few shapes.
 *
 * @param origin of the request, where it is known
 */
export function clientAttributes(
  request: UndiciRequest,
  origin: ClientOrigin | undefined,
): Attributes | undefined {
  const { path } = request
  const mark = path.indexOf('?')
  const pathname = mark === -1 ? path : path.slice(0, mark)
  const search = mark === -1 || mark === path.length - 1 ? '' : path.slice(mark)
  if (origin !== undefined && PLAIN_PATH.test(pathname) && (search === '' || PLAIN_SEARCH.test(search))) {
    const { url, scheme, address, port } = origin
    return attributesOf(request, url + path, pathname, search, scheme, address, port)
  }
  const url = URL.parse(path, request.origin)
  if (url === null) return undefined
  redactCredentials(url)
  const scheme = url.protocol.slice(0, -1)
  return attributesOf(request, url.href, url.pathname, url.search, scheme, url.hostname, portOf(url))
}

function attributesOf(
  request: UndiciRequest,
  href: string,
  path: string,
  query: string,
  scheme: string,
  address: string,
  port: number | undefined,
): Attributes {
  const search = redactSearch(query)
  const full = search === query ? href : href.replace(query, () => search)
  const userAgent = userAgentOf(request.headers)
  // As those of SERVER spans are made, for the same reasons.
  const attributes: Attributes = {
    'http.request.method': knownMethod(request.method),
    'http.request.method_original': request.method,
    'url.full': full,
    'url.path': path,
    // With its question mark, and empty where there is none, as it is with the stock instrumentation.
    'url.query': search,
    'url.scheme': scheme,
    'server.address': address,
    'server.port': port,
    'user_agent.original': userAgent,
  }
  return port === undefined || userAgent === undefined ? withoutMissing(attributes) : attributes
}
