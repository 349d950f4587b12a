import type { BaggageEntry } from '@opentelemetry/api'
import { baggageEntryMetadataFromString, diag } from '@opentelemetry/api'
import { trimOptionalWhitespace } from '../links/optional-whitespace.ts'
import { decodePercent, encodeRemaining, encodeValue } from './percent-encoding.ts'

/** Members of a list, at the most: as many as every platform propagates (W3C Baggage, "Limits"). */
const MAX_MEMBERS = 64

/** Bytes of a list, at the most, commas included. */
const MAX_BYTES = 8192

/** `token` of RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~\da-zA-Z]+$/

/** Whether text can stand in a `baggage` header as a key. */
export function isBaggageKey(text: string): boolean {
  return TOKEN.test(text)
}

/** `baggage-octet`: printable ASCII without space, `"`, `,`, `;` and `\`. */
const OCTETS = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/

/**
 * The entries of a `baggage` list in one or several field values.
 *
 * A member that is not by the grammar is left out, alone; so is one with which the list would have more than 64 members
 * or 8,192 bytes. Of several members with one key the last counts (OpenTelemetry, baggage/api.md, "Conflict Resolution").
 * Properties stay as they came, encoded.
 *
 * Source: W3C Baggage, sections "Header Content" and "Limits".
 */
export function parseBaggage(values: readonly string[]): Map<string, BaggageEntry> {
  const entries = new Map<string, BaggageEntry>()
  const room = new Room()
  for (const value of values) {
    for (const part of value.split(',')) {
      if (room.members === 0) return entries
      const member = parseMember(part)
      if (member !== undefined && room.take(trimOptionalWhitespace(part))) entries.set(...member)
    }
  }
  return entries
}

/**
 * The `baggage` list of entries, `''` if there is nothing to send. Whatever keys, values and metadata are, what comes out is by the
 * grammar: values are encoded, an entry whose key is not a token is left out, as are properties without a token for a
 * name, and entries for which the limits leave no room.
 */
export function formatBaggage(entries: readonly (readonly [string, BaggageEntry])[]): string {
  const room = new Room()
  const members: string[] = []
  for (const [key, { value, metadata }] of entries) {
    if (!isBaggageKey(key)) {
      diag.debug('Baggage whose key is not a token is not sent: HTTP has no place for such a key.')
      continue
    }
    const properties = metadata === undefined ? '' : formatProperties(metadata.toString())
    const member = `${key}=${encodeValue(value)}${properties}`
    if (room.take(member)) members.push(member)
    else diag.debug(`Baggage beyond ${MAX_MEMBERS} entries or ${MAX_BYTES} bytes is not sent.`)
  }
  return members.join(',')
}

/** What is left of the limits. Members are taken whole or not at all. */
class Room {
  members = MAX_MEMBERS
  /** The first member has no comma before it. */
  #bytes = MAX_BYTES + 1

  take(member: string): boolean {
    const bytes = member.length + 1
    if (this.members === 0 || bytes > this.#bytes) return false
    this.members -= 1
    this.#bytes -= bytes
    return true
  }
}

function parseMember(text: string): [string, BaggageEntry] | undefined {
  const end = text.indexOf(';')
  const [key, value] = keyAndValue(end === -1 ? text : text.slice(0, end))
  if (value === undefined || !isByGrammar(key, value)) return undefined
  if (end === -1) return [key, { value: decodePercent(value) }]
  const properties = text
    .slice(end + 1)
    .split(';')
    .map(keyAndValue)
  if (!properties.every((property) => isByGrammar(...property))) return undefined
  const metadata = baggageEntryMetadataFromString(properties.map(written).join(';'))
  return [key, { value: decodePercent(value), metadata }]
}

/** What an application says of an entry, as properties that a header can hold; encoded where they are not. */
function formatProperties(metadata: string): string {
  return metadata
    .split(';')
    .map(keyAndValue)
    .filter(([key]) => TOKEN.test(key))
    .map(([key, value]) => `;${written([key, value === undefined ? undefined : encodeRemaining(value)])}`)
    .join('')
}

type Pair = readonly [key: string, value: string | undefined]

function keyAndValue(text: string): Pair {
  const equals = text.indexOf('=')
  if (equals === -1) return [trimOptionalWhitespace(text), undefined]
  return [trimOptionalWhitespace(text.slice(0, equals)), trimOptionalWhitespace(text.slice(equals + 1))]
}

function isByGrammar(key: string, value = ''): boolean {
  return TOKEN.test(key) && OCTETS.test(value)
}

function written([key, value]: Pair): string {
  return value === undefined ? key : `${key}=${value}`
}
