import type { Attributes } from '@opentelemetry/api'
import type { Kind, RefusalPoint } from './kind.ts'
import { Refusal } from './kind.ts'
import { Secret } from './secret.ts'

/** `key1=value1,key2=value2`, percent-decoded. What is refused is named by its place: a value may be a secret. */
function parsePairs(list: string, pair: RegExp, cure: string): Record<string, string> | Refusal {
  const entries: [string, string][] = []
  const points: RefusalPoint[] = []
  for (const [index, entry] of list.split(',').entries()) {
    // A trailing comma, as templates leave it, takes nothing away.
    if (entry.trim() === '') continue
    const { key, value } = pair.exec(entry)?.groups ?? {}
    try {
      if (key === undefined || value === undefined) throw new URIError('not a pair')
      entries.push([decodeURIComponent(key), decodeURIComponent(value)])
    } catch {
      points.push({ received: `something else as entry ${index + 1}`, cure })
    }
  }
  return points.length > 0 ? new Refusal(...points) : Object.fromEntries(entries)
}

// W3C Baggage without properties: `=` may stand in a value, `;` would begin a property and is to be encoded.
const headerPair = /^\s*(?<key>[^=;\s]+)\s*=\s*(?<value>[^;]*?)\s*$/
const headerName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i
// RFC 9110, 5.5: visible ASCII, space and tab within.
const headerValue = /^([\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?)?$/

/** Headers of an export (OpenTelemetry specification, protocol/exporter.md, Specifying headers). */
export const headers: Kind<Readonly<Record<string, Secret>>> = {
  expected: 'key=value pairs, separated by commas and percent-encoded, that HTTP can carry as headers',
  secret: true,
  parse(raw) {
    const pairs =
      typeof raw === 'string'
        ? parsePairs(raw, headerPair, 'Write it as key=value, with %3B for ; %2C for , and %25 for % itself.')
        : raw
    if (pairs instanceof Refusal) return pairs
    if (typeof pairs !== 'object' || pairs === null)
      return new Refusal({ cure: 'Give an object of strings.' })
    const secrets: [string, Secret][] = []
    const points: RefusalPoint[] = []
    for (const [index, [name, value]] of Object.entries(pairs).entries()) {
      if (headerName.test(name) && typeof value === 'string' && headerValue.test(value)) {
        secrets.push([name, new Secret(value)])
      } else {
        const cure = 'Use visible ASCII characters, and no spaces in the name.'
        points.push({ received: `something else as entry ${index + 1}`, cure })
      }
    }
    return points.length > 0 ? new Refusal(...points) : Object.fromEntries(secrets)
  },
}

/** Attributes: from text all strings (OpenTelemetry specification, resource/sdk.md), from code as they are. */
export const attributes: Kind<Attributes> = {
  expected: 'key=value pairs, separated by commas and percent-encoded',
  secret: true,
  parse(raw) {
    if (typeof raw === 'object' && raw !== null) return { ...raw }
    if (typeof raw !== 'string') return new Refusal({ cure: 'Give an object.' })
    const cure = 'Write it as key=value, with %3D for = %2C for , and %25 for % itself.'
    return parsePairs(raw, /^\s*(?<key>[^=\s]+)\s*=\s*(?<value>[^=]*?)\s*$/, cure)
  },
}
