import type { IncomingMessage } from 'node:http'
import type { Attributes } from '@opentelemetry/api'
import { forwardedClient, forwardedServer } from './forwarded.ts'
import type { HostAndPort } from './host-and-port.ts'
import { splitHost } from './host-and-port.ts'
import { knownMethod } from './known-method.ts'
import { readUrl } from './request-url.ts'
import {
  ATTR_CLIENT_ADDRESS,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_NETWORK_PEER_ADDRESS,
  ATTR_NETWORK_PEER_PORT,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_PATH,
  ATTR_URL_QUERY,
  ATTR_URL_SCHEME,
  ATTR_USER_AGENT_ORIGINAL,
} from './semantic-conventions.ts'

/** What a Host header says, worked out once. */
interface HostHeader {
  readonly server: HostAndPort | undefined
  /** What request targets are relative to. */
  readonly origin: string
  /** Whether that is a URL: a Host header may be any text. */
  readonly parses: boolean
}

/** A service has few names; callers can send any. All are forgotten when there are more than these. */
const MAX_HOSTS = 256

/** The attributes that SERVER spans of one scheme are created with. */
export class ServerAttributes {
  readonly #scheme: 'http' | 'https'
  readonly #hosts = new Map<string, HostHeader>()

  constructor(scheme: 'http' | 'https') {
    this.#scheme = scheme
  }

  of(request: IncomingMessage): Attributes {
    const { headers, socket } = request
    const { remoteAddress, remotePort } = socket
    const host = this.#host(headers.host ?? '')
    const { path, query } = readUrl(request.url ?? '/', host.origin, host.parses)
    const method = knownMethod(request.method)
    // A proxy names both or one of them: nearly always there is none.
    const server = forwardedServer(headers) ?? host.server
    const client = forwardedClient(headers) ?? remoteAddress
    const userAgent = headers['user-agent']

    const attributes: Attributes = {
      [ATTR_HTTP_REQUEST_METHOD]: method,
      [ATTR_URL_SCHEME]: this.#scheme,
      [ATTR_NETWORK_PROTOCOL_VERSION]: request.httpVersion,
    }
    if (server !== undefined) {
      attributes[ATTR_SERVER_ADDRESS] = server.host
      if (server.port !== undefined) attributes[ATTR_SERVER_PORT] = Number(server.port)
    }
    // A socket that is gone has no peer any more.
    if (remoteAddress !== undefined) attributes[ATTR_NETWORK_PEER_ADDRESS] = remoteAddress
    if (remotePort !== undefined) attributes[ATTR_NETWORK_PEER_PORT] = remotePort
    if (client !== undefined) attributes[ATTR_CLIENT_ADDRESS] = client
    if (userAgent !== undefined) attributes[ATTR_USER_AGENT_ORIGINAL] = userAgent
    if (path !== undefined) attributes[ATTR_URL_PATH] = path
    if (query !== undefined) attributes[ATTR_URL_QUERY] = query
    if (method !== request.method) attributes[ATTR_HTTP_REQUEST_METHOD_ORIGINAL] = request.method
    return attributes
  }

  #host(header: string): HostHeader {
    const known = this.#hosts.get(header)
    if (known !== undefined) return known
    if (this.#hosts.size >= MAX_HOSTS) this.#hosts.clear()
    const origin = `${this.#scheme}://${header || 'localhost'}`
    const server = header === '' ? undefined : splitHost(header, this.#scheme)
    const host = { server, origin, parses: URL.canParse(origin) }
    this.#hosts.set(header, host)
    return host
  }
}
