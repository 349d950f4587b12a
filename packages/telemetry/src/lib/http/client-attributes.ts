import type { Attributes } from '@opentelemetry/api'
import type { ClientOrigin } from './client-origins.ts'
import { portOf } from './client-origins.ts'
import { knownMethod } from './known-method.ts'
import { PLAIN_PATH } from './request-url.ts'
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
  ATTR_URL_PATH,
  ATTR_URL_QUERY,
  ATTR_URL_SCHEME,
  ATTR_USER_AGENT_ORIGINAL,
} from './semantic-conventions.ts'
import type { UndiciRequest } from './undici-request.ts'
import { userAgentOf } from './user-agent.ts'

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
  const scheme = url.protocol.slice(0, -1)
  return attributesOf(request, url.href, url.pathname, url.search, scheme, url.hostname, portOf(url))
}

function attributesOf(
  request: UndiciRequest,
  full: string,
  path: string,
  search: string,
  scheme: string,
  address: string,
  port: number | undefined,
): Attributes {
  const attributes: Attributes = {
    [ATTR_HTTP_REQUEST_METHOD]: knownMethod(request.method),
    [ATTR_HTTP_REQUEST_METHOD_ORIGINAL]: request.method,
    [ATTR_URL_FULL]: full,
    [ATTR_URL_PATH]: path,
    // With its question mark, and empty where there is none, as it is with the stock instrumentation.
    [ATTR_URL_QUERY]: search,
    [ATTR_URL_SCHEME]: scheme,
    [ATTR_SERVER_ADDRESS]: address,
  }
  if (port !== undefined) attributes[ATTR_SERVER_PORT] = port
  const userAgent = userAgentOf(request.headers)
  if (userAgent !== undefined) attributes[ATTR_USER_AGENT_ORIGINAL] = userAgent
  return attributes
}
