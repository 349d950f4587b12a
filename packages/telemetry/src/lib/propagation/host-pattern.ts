import { isIP } from 'node:net'

/** Hosts that a request may go to. */
export interface HostPattern {
  /** In the form of {@link normalHost}; for `*.example.com` all that follows the star, with its dot. */
  readonly host: string
  /** Whether `host` is the end of what is meant. */
  readonly isSuffix: boolean
  /** Any port when absent. */
  readonly port?: number
}

const PATTERN = /^(?<wildcard>\*\.)?(?<host>\[[^\]]*\]|[^:[\]*]+)(?::(?<port>\d{1,5}))?$/

/**
 * Reads `api.example.com`, `*.example.com` (every host below it, at any depth), `127.0.0.1` or `[::1]`, each with a port
 * behind it or without, in any case, international names as they are read or as they are written (`xn--…`).
 * `undefined` for everything else.
 */
export function parseHostPattern(text: string): HostPattern | undefined {
  const { wildcard, host = '', port } = PATTERN.exec(text)?.groups ?? {}
  const name = normalHost(host)
  const number = port === undefined ? undefined : Number(port)
  if (name === undefined || number === 0 || (number ?? 1) > 65_535) return undefined
  if (wildcard !== undefined && isAddress(name)) return undefined
  return {
    host: wildcard === undefined ? name : `.${name}`,
    isSuffix: wildcard !== undefined,
    ...(number !== undefined && { port: number }),
  }
}

/**
 * @param host as {@link normalHost} has it
 */
export function matchesHost(pattern: HostPattern, host: string, port: number): boolean {
  if (pattern.port !== undefined && pattern.port !== port) return false
  return pattern.isSuffix ? host.endsWith(pattern.host) : host === pattern.host
}

/** Names that are in the one form already: the common case. A last label that begins with a letter is no IPv4 address. */
const PLAIN = /^(?:[a-z\d-]+\.)*[a-z][a-z\d-]*$/

/** What ends a host in a URL, or comes before one (whoever reads it as a name alone means another host), and empty labels. */
const NO_HOST = /[/?#@\\\s%:]|^\.|\.\./

/**
 * A host in the one form that patterns are compared in: lower case, international names in Punycode, IPv4 in four
 * decimal numbers, IPv6 shortened and in brackets, no dot at the end. `undefined` if it is none.
 */
export function normalHost(host: string): string | undefined {
  if (PLAIN.test(host)) return host
  const isBracketed = host.startsWith('[') && host.endsWith(']')
  const address = isBracketed ? host.slice(1, -1) : host
  // What comes after % in an address is a name for an interface of this machine.
  if (isIP(address) === 6) return URL.parse(`http://[${address.replace(/%.*$/s, '')}]`)?.hostname
  if (isBracketed || NO_HOST.test(host)) return undefined
  const name = URL.parse(`http://${host}`)?.hostname.replace(/\.$/, '')
  return name === '' ? undefined : name
}

function isAddress(host: string): boolean {
  return host.startsWith('[') || isIP(host) !== 0
}
