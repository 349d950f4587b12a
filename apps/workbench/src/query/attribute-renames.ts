import type { AttributeValue } from '../api/contract.ts'
import { splitHost, splitTarget } from '../model/attribute-parts.ts'
import type { SpanKind } from '../model/stored-span.ts'

type Values = readonly (AttributeValue | undefined)[]

/** An attribute that the semantic conventions renamed. docs/semantic-convention-names.md shows them to users. */
export type Rename = {
  readonly older: string
  /** More than one where the older was split. */
  readonly newer: readonly string[]
  /** The side of a call for which the name changed so; both where absent. */
  readonly side?: 'client' | 'server'
  /** How values change, in words; absent where they stay as they are. */
  readonly rule?: string
  /** Newer values of an older one; `undefined` for what does not follow. Absent where they are the same. */
  readonly split?: (older: AttributeValue) => Values
  /** The way back. */
  readonly join?: (newer: Values) => AttributeValue | undefined
}

const rename = (older: string, newer: string, side?: Rename['side']): Rename => ({
  older,
  newer: [newer],
  ...(side && { side }),
})

/**
 * Where a name has several successors or predecessors that were sent, the first of them counts.
 *
 * Source: the deprecation notes of semantic conventions 1.37.0; for `net.peer.port` of servers also what the JavaScript HTTP instrumentation
 * sent under the name, the socket's port.
 */
export const attributeRenames: readonly Rename[] = [
  rename('http.method', 'http.request.method'),
  rename('http.status_code', 'http.response.status_code'),
  rename('http.url', 'url.full'),
  {
    older: 'http.target',
    newer: ['url.path', 'url.query'],
    rule: '`/path?query` is split at its first `?`',
    split: (target) => (typeof target === 'string' ? splitTarget(target) : []),
    join: ([path, query]) =>
      typeof path !== 'string' ? undefined : typeof query === 'string' && query ? `${path}?${query}` : path,
  },
  rename('http.scheme', 'url.scheme'),
  {
    older: 'http.flavor',
    newer: ['network.protocol.version'],
    rule: '`2.0` is now `2`, `3.0` is now `3`',
    split: (flavor) => [flavor === '2.0' || flavor === '3.0' ? flavor.slice(0, 1) : flavor],
    join: ([version]) => (version === '2' || version === '3' ? `${version}.0` : version),
  },
  rename('http.user_agent', 'user_agent.original'),
  rename('http.client_ip', 'client.address'),
  rename('net.host.name', 'server.address'),
  rename('http.server_name', 'server.address'),
  {
    older: 'http.host',
    newer: ['server.address', 'server.port'],
    rule: '`host:port` is split at its last `:`; the ports 80 and 443 are left out',
    split: (host) => (typeof host === 'string' ? splitHost(host) : []),
    join: ([address, port]) => {
      if (typeof address !== 'string') return undefined
      return port === undefined || port === 80 || port === 443 ? address : `${address}:${String(port)}`
    },
  },
  rename('net.host.port', 'server.port'),
  rename('net.host.ip', 'network.local.address'),
  rename('net.peer.name', 'server.address', 'client'),
  rename('net.peer.name', 'client.address', 'server'),
  rename('net.peer.port', 'server.port', 'client'),
  rename('net.peer.port', 'client.port', 'server'),
  rename('net.peer.port', 'network.peer.port', 'server'),
  rename('net.peer.ip', 'network.peer.address'),
  rename('net.sock.peer.addr', 'network.peer.address'),
  rename('net.sock.peer.port', 'network.peer.port'),
  rename('net.sock.host.addr', 'network.local.address'),
  rename('net.sock.host.port', 'network.local.port'),
  rename('net.protocol.name', 'network.protocol.name'),
  rename('net.protocol.version', 'network.protocol.version'),
  rename('db.system', 'db.system.name'),
  rename('db.name', 'db.namespace'),
  rename('db.operation', 'db.operation.name'),
  rename('db.statement', 'db.query.text'),
]

/** The side of a call a span is on. */
export function sideOf(kind: SpanKind): Rename['side'] {
  if (kind === 'client' || kind === 'producer') return 'client'
  return kind === 'server' || kind === 'consumer' ? 'server' : undefined
}

/** Newer values of an older one, in the order of `newer`. */
export const newerValues = ({ split }: Rename, older: AttributeValue): Values =>
  split ? split(older) : [older]

/** The older value of newer ones, given in the order of `newer`. */
export const olderValue = ({ join }: Rename, newer: Values): AttributeValue | undefined =>
  join ? join(newer) : newer[0]
