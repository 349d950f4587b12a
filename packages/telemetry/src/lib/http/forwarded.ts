import type { IncomingHttpHeaders } from 'node:http'
import { parse } from 'forwarded-parse'
import type { HostAndPort } from './host-and-port.ts'
import { splitHost } from './host-and-port.ts'

/**
 * The address that the client asked for, as a proxy in front tells it: the first host of `forwarded` (RFC 7239), else
 * `x-forwarded-host`; `undefined` without either.
 */
export function forwardedServer(headers: IncomingHttpHeaders): HostAndPort | undefined {
  if (headers.forwarded) {
    const entry = parseForwarded(headers.forwarded).find(({ host }) => host)
    if (entry?.host) return splitHost(entry.host, entry.proto)
  }
  const host = first(headers['x-forwarded-host'])
  return host === undefined ? undefined : splitHost(host, first(headers['x-forwarded-proto']))
}

/** The address of the client itself, as a proxy in front tells it: from `forwarded`, else from `x-forwarded-for`. */
export function forwardedClient(headers: IncomingHttpHeaders): string | undefined {
  if (headers.forwarded) {
    const entry = parseForwarded(headers.forwarded).find((each) => each.for)
    if (entry?.for) return withoutPort(entry.for)
  }
  const given = first(headers['x-forwarded-for'])
  return given ? withoutPort((given.split(',')[0] ?? '').trim()) : undefined
}

function first(value: string | string[] | undefined): string | undefined {
  return typeof value === 'object' ? value[0] : value
}

interface ForwardedElement {
  readonly for?: string
  readonly host?: string
  readonly proto?: string
}

/** What breaks the grammar says nothing. */
function parseForwarded(header: string): readonly ForwardedElement[] {
  try {
    return parse(header)
  } catch {
    return []
  }
}

/** Dotted quads in their one spelling: the common case, told without a URL. */
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?=\d)|$)){4}$/

function withoutPort(address: string): string {
  if (IPV4.test(address)) return address
  try {
    const { hostname } = new URL(`http://${address}`)
    return hostname.startsWith('[') && hostname.endsWith(']') ? hostname.slice(1, -1) : hostname
  } catch {
    return address
  }
}
