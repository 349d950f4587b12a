import type { IncomingMessage } from 'node:http'
import type { Attributes } from '@opentelemetry/api'
import { forwardedClient, forwardedServer } from './forwarded.ts'
import type { HostAndPort } from './host-and-port.ts'
import { splitHost } from './host-and-port.ts'
import { knownMethod } from './known-method.ts'
import { readUrl } from './request-url.ts'
import { withoutMissing } from './without-missing.ts'

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

    // Names as text, not by constants of them: the engine writes such properties five times as quickly; and what is nearly
    // always there at once, as each one that is added to an object makes it grow.
    const attributes: Attributes = {
      'http.request.method': method,
      'url.scheme': this.#scheme,
      'network.protocol.version': request.httpVersion,
      'server.address': server?.host,
      'server.port': server?.port,
      // A socket that is gone has no peer any more.
      'network.peer.address': remoteAddress,
      'network.peer.port': remotePort,
      'client.address': client,
      'user_agent.original': userAgent,
      'url.path': path,
    }
    if (query !== undefined) attributes['url.query'] = query
    if (method !== request.method) attributes['http.request.method_original'] = request.method
    // Of the ones above, those that there may be none of.
    const isWhole =
      server?.port !== undefined &&
      remoteAddress !== undefined &&
      remotePort !== undefined &&
      userAgent !== undefined &&
      path !== undefined
    return isWhole ? attributes : withoutMissing(attributes)
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
