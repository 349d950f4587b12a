import type { AnyValue, KeyValue } from './span.ts'

/** Path and query of an `http.target`; without a query where it has none, or an empty one. */
export function splitTarget(target: string): readonly [path: string, query: string | undefined] {
  const at = target.indexOf('?')
  return at < 0 ? [target, undefined] : [target.slice(0, at), target.slice(at + 1) || undefined]
}

/** Address and port of an `http.host`. */
export function splitHost(host: string): readonly [address: string, port: number | undefined] {
  const [, address = host, port] = /^(.*[^:]|\[.*\]):(\d{1,5})$/.exec(host) ?? []
  return [address, port === undefined ? undefined : Number(port)]
}

/**
 * The attributes that an attribute of the older semantic conventions was split into, where it holds more than one of them: what a span is
 * also found by.
 */
export function partsOf({ key, value }: KeyValue): readonly KeyValue[] {
  if (value.type !== 'string') return none
  if (key === 'http.target') {
    const [path, query] = splitTarget(value.value)
    return path === value.value
      ? none
      : [part('url.path', text(path)), ...(query ? [part('url.query', text(query))] : [])]
  }
  if (key === 'http.host') {
    const [address, port] = splitHost(value.value)
    if (port === undefined) return none
    return [part('server.address', text(address)), part('server.port', { type: 'int', value: BigInt(port) })]
  }
  return none
}

const none: readonly KeyValue[] = []

const part = (key: string, value: AnyValue): KeyValue => ({ key, value })
const text = (value: string): AnyValue => ({ type: 'string', value })
