/**
 * What W3C Trace Context level 2 and W3C Baggage make of header fields, read from their grammars one character at a
 * time, with nothing of the product's code and none of its means: what the fuzz test compares the product with.
 */

const DIGITS = '0123456789'
const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const HEX = `${DIGITS}abcdef`
const KEY_CHARACTERS = `${LOWER + DIGITS}_-*/@`
const TOKEN_CHARACTERS = `!#$%&'*+-.^_\`|~${DIGITS}${LOWER}${UPPER}`

/** Characters from one code to another, both included. */
function range(from: number, to: number): string {
  let characters = ''
  for (let code = from; code <= to; code += 1) characters += String.fromCharCode(code)
  return characters
}

/** `baggage-octet`. */
const OCTETS =
  range(0x21, 0x21) + range(0x23, 0x2b) + range(0x2d, 0x3a) + range(0x3c, 0x5b) + range(0x5d, 0x7e)
/** `chr` of tracestate. */
const VALUE_CHARACTERS = range(0x20, 0x2b) + range(0x2d, 0x3c) + range(0x3e, 0x7e)

function consistsOf(text: string, characters: string): boolean {
  for (const character of text) if (!characters.includes(character)) return false
  return true
}

function isZero(text: string): boolean {
  return consistsOf(text, '0')
}

/** Without the spaces and tabs around it. */
function stripped(text: string): string {
  let rest = text
  while (rest !== '' && ' \t'.includes(rest.charAt(0))) rest = rest.substring(1)
  while (rest !== '' && ' \t'.includes(rest.charAt(rest.length - 1)))
    rest = rest.substring(0, rest.length - 1)
  return rest
}

/** Parts between separators; as many as there are separators, and one. */
function parts(text: string, separator: string): string[] {
  const found = ['']
  for (const character of text) {
    if (character === separator) found.push('')
    else found[found.length - 1] += character
  }
  return found
}

export interface ExpectedParent {
  readonly traceId: string
  readonly spanId: string
  readonly flags: number
}

/** The parent in `traceparent` fields; `null` if there is none by the rules. */
export function expectedParent(fields: readonly string[]): ExpectedParent | null {
  const [field] = fields
  if (field === undefined || fields.length > 1) return null
  const value = stripped(field)
  const version = value.substring(0, 2)
  const traceId = value.substring(3, 35)
  const spanId = value.substring(36, 52)
  const flags = value.substring(53, 55)
  if (value.length < 55) return null
  if (![version, traceId, spanId, flags].every((part) => consistsOf(part, HEX))) return null
  if ([2, 35, 52].some((position) => value.charAt(position) !== '-')) return null
  if (version === 'ff' || isZero(traceId) || isZero(spanId)) return null
  if (version === '00') return value.length === 55 ? { traceId, spanId, flags: hexadecimal(flags) } : null
  // Two fields that somebody has joined are no field of a later version.
  if ((value.length > 55 && value.charAt(55) !== '-') || value.includes(',')) return null
  // Of a later version the flags of this one alone.
  return { traceId, spanId, flags: hexadecimal(flags) % 4 }
}

function hexadecimal(text: string): number {
  return 16 * HEX.indexOf(text.charAt(0)) + HEX.indexOf(text.charAt(1))
}

/** The members of `tracestate` fields, each as it is written; `null` if the list is to be dropped, or is empty. */
export function expectedMembers(fields: readonly string[]): string[] | null {
  const members: string[] = []
  const keys: string[] = []
  let count = 0
  for (const part of fields.flatMap((field) => parts(field, ','))) {
    const member = stripped(part)
    if (member === '') continue
    count += 1
    const [key, value, ...more] = parts(member, '=')
    if (key === undefined || value === undefined || more.length > 0 || count > 32) return null
    if (key.length < 1 || key.length > 256 || value.length < 1 || value.length > 256) return null
    if (!consistsOf(key, KEY_CHARACTERS) || !(LOWER + DIGITS).includes(key.charAt(0))) return null
    if (!consistsOf(value, VALUE_CHARACTERS)) return null
    if (!keys.includes(key)) members.push(member)
    keys.push(key)
  }
  return members.length === 0 ? null : members
}

/** What is sent on of members: 512 characters, whole members, those of more than 128 characters being the first to go. */
export function expectedTracestate(members: readonly string[] | null): string | undefined {
  const kept = [...(members ?? [])]
  while (kept.join(',').length > 512) {
    let last = kept.length - 1
    for (let index = 0; index < kept.length; index += 1) if ((kept[index] ?? '').length > 128) last = index
    const longest = kept[last] ?? ''
    kept.splice(longest.length > 128 ? last : kept.length - 1, 1)
  }
  return kept.length === 0 ? undefined : kept.join(',')
}

export interface ExpectedEntry {
  readonly value: string
  /** As they are sent, with `;` between them. */
  readonly properties?: string
}

/** The entries of `baggage` fields. */
export function expectedBaggage(fields: readonly string[]): Map<string, ExpectedEntry> {
  const entries = new Map<string, ExpectedEntry>()
  let members = 0
  let bytes = 0
  for (const part of fields.flatMap((field) => parts(field, ','))) {
    const [pair = [], ...properties] = parts(part, ';').map(nameAndValue)
    const [key = '', value] = pair
    if (value === undefined || ![[key, value], ...properties].every(isPair)) continue
    const added = stripped(part).length + (members === 0 ? 0 : 1)
    if (members === 64 || bytes + added > 8192) continue
    members += 1
    bytes += added
    const written = properties.map((property) => property.join('=')).join(';')
    entries.set(key, { value: decoded(value), ...(properties.length > 0 && { properties: written }) })
  }
  return entries
}

/** What is sent on of entries. */
export function expectedBaggageField(entries: ReadonlyMap<string, ExpectedEntry>): string | undefined {
  let field = ''
  let members = 0
  for (const [key, { value, properties }] of entries) {
    const member = `${key}=${encoded(value)}${properties === undefined ? '' : `;${properties.split(';').map(sentProperty).join(';')}`}`
    const longer = field === '' ? member : `${field},${member}`
    if (longer.length > 8192 || members === 64) continue
    field = longer
    members += 1
  }
  return field === '' ? undefined : field
}

function nameAndValue(text: string): string[] {
  const equals = text.indexOf('=')
  if (equals < 0) return [stripped(text)]
  return [stripped(text.substring(0, equals)), stripped(text.substring(equals + 1))]
}

function isPair([key = '', value = '']: readonly string[]): boolean {
  return key !== '' && consistsOf(key, TOKEN_CHARACTERS) && consistsOf(value, OCTETS)
}

function decoded(value: string): string {
  const bytes: number[] = []
  for (let index = 0; index < value.length; index += 1) {
    const hex = value.substring(index + 1, index + 3).toLowerCase()
    const isEncoded = value.charAt(index) === '%' && hex.length === 2 && consistsOf(hex, HEX)
    bytes.push(isEncoded ? hexadecimal(hex) : value.charCodeAt(index))
    if (isEncoded) index += 2
  }
  return Buffer.from(bytes).toString('utf8')
}

/** With every `%` of its value encoded that encodes nothing. */
function sentProperty(property: string): string {
  const start = property.indexOf('=')
  let text = ''
  for (let index = 0; index < property.length; index += 1) {
    const hex = property.substring(index + 1, index + 3).toLowerCase()
    const isLone = property.charAt(index) === '%' && !(hex.length === 2 && consistsOf(hex, HEX))
    text += isLone && start >= 0 && index > start ? '%25' : property.charAt(index)
  }
  return text
}

function encoded(value: string): string {
  let text = ''
  for (const byte of Buffer.from(value, 'utf8')) {
    const character = String.fromCharCode(byte)
    const isPlain = byte < 0x80 && OCTETS.includes(character) && !'%+'.includes(character)
    text += isPlain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return text
}
