/** A host as it was written, and the port behind it. */
export interface HostAndPort {
  readonly host: string
  /** As it was written, or the scheme's; missing where neither is known. Not a number where what was written is none. */
  readonly port?: number
}

/**
 * Splits `host[:port]` of a Host, Forwarded or X-Forwarded-Host header.
 *
 * @param scheme `http` and `https` have a port where none is written.
 */
export function splitHost(written: string, scheme: string | undefined): HostAndPort {
  const parts = written.split(':')
  const last = parts.at(-1) ?? ''
  if (parts.length === 1) return withDefaultPort(written, scheme)
  if (parts.length === 2) return { host: parts[0] ?? '', port: Number(last) }
  if (written.startsWith('[')) {
    if (last.endsWith(']')) return withDefaultPort(written, scheme)
    if (parts.at(-2)?.endsWith(']')) {
      return { host: parts.slice(0, -1).join(':'), port: Number(last) }
    }
  }
  return { host: written }
}

function withDefaultPort(host: string, scheme: string | undefined): HostAndPort {
  if (scheme === 'http') return { host, port: 80 }
  if (scheme === 'https') return { host, port: 443 }
  return { host }
}
