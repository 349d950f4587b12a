import type { RequestOptions } from 'node:http'
import { matchesHost, normalHost, parseHostPattern } from './host-pattern.ts'

/** Where a request goes. */
export interface RequestTarget {
  readonly host: string
  readonly port: number
}

/** Whether context may be sent with a request. */
export type MayPropagate = (target: () => RequestTarget | undefined) => boolean

/**
 * Makes patterns of hosts quick to ask; none given means everywhere, an empty list nowhere. They have been through
 * `parseHostPattern`. A target that cannot be told is none of them.
 *
 * @throws TypeError for what `parseHostPattern` refuses.
 */
export function compilePropagateTo(patterns: readonly string[] | undefined): MayPropagate {
  if (patterns === undefined) return () => true
  const compiled = patterns.map((text) => {
    const pattern = parseHostPattern(text)
    if (pattern === undefined) throw new TypeError(`Not a host pattern: ${JSON.stringify(text)}`)
    return pattern
  })
  return (targetOf) => {
    const target = targetOf()
    const host = target && normalHost(target.host)
    return host !== undefined && compiled.some((pattern) => matchesHost(pattern, host, target?.port ?? 0))
  }
}

const ABSOLUTE = /^https?:\/\//i

/** Where `http.request` sends a request with these options; in absolute form (for a proxy), where the proxy does. */
export function targetOfOptions(options: RequestOptions): RequestTarget | undefined {
  const { protocol, hostname, host, port, path, defaultPort, agent } = options
  if (typeof path === 'string' && ABSOLUTE.test(path)) return targetOfUrl(path)
  const ofAgent = typeof agent === 'object' && 'defaultPort' in agent ? Number(agent.defaultPort) : undefined
  return {
    host: hostname || host || 'localhost',
    port: Number(port || defaultPort || ofAgent || (protocol === 'https:' ? 443 : 80)),
  }
}

/**
 * Where undici sends a request. A path is not resolved against the origin: one that begins with `//` would name another
 * host to a URL, and does not to undici.
 */
export function targetOfOrigin(origin: string | URL | undefined, path: unknown): RequestTarget | undefined {
  if (typeof path === 'string' && ABSOLUTE.test(path)) return targetOfUrl(path)
  return origin === undefined ? undefined : targetOfUrl(String(origin))
}

function targetOfUrl(text: string): RequestTarget | undefined {
  const url = URL.parse(text)
  if (url === null) return undefined
  return { host: url.hostname, port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)) }
}
