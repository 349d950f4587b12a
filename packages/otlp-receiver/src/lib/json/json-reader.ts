import { isUtf8 } from 'node:buffer'
import { AttributeCache } from '../attribute-cache.ts'
import { ByteText } from '../byte-text.ts'
import type { Defects } from '../defects.ts'
import type { KeyValue } from '../model/any-value.ts'
import { SharedAttribute } from '../model/shared-attribute.ts'
import { TextCache } from '../text-cache.ts'
import { UndecodableError } from '../undecodable-error.ts'
import { AttributeColumns, type Column, plainTextEnd } from './attribute-columns.ts'
import { hexOf8, hexOf16 } from './hex-ids.ts'
import { jsonPathAt } from './json-path-at.ts'
import { MemberNames } from './member-names.ts'

/** What is only stepped over may nest this deep: one byte of memory each. */
const deepestSkipped = 1_000_000

const quote = 0x22
const comma = 0x2c
const minus = 0x2d
const point = 0x2e
const zero = 0x30
const nine = 0x39
const colon = 0x3a
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

const names = new MemberNames()
const keys = new TextCache()
const values = new TextCache()
const columns = new AttributeColumns()
const attributes = new AttributeCache<Column>()

const word64 = new DataView(new ArrayBuffer(8))

/**
 * Reads JSON as protobuf's JSON mapping defines it, with OTLP's deviations, straight from the request's bytes.
 *
 * A cursor instead of JSON.parse: 64-bit numbers stay exact, nothing is allocated for what nobody asks for, depth cannot
 * exhaust the stack. `null` reads as the default everywhere.
 * Sources: https://protobuf.dev/programming-guides/json/, OTLP specification "JSON Protobuf Encoding".
 */
export class JsonReader {
  readonly defects: Defects
  readonly #source: ByteText
  readonly #bytes: Buffer
  #position = 0
  #lastId16At = -1
  #lastId16 = ''

  constructor(bytes: Uint8Array, defects: Defects) {
    this.defects = defects
    this.#source = new ByteText(bytes)
    this.#bytes = this.#source.bytes
    // JSON text is UTF-8 (RFC 8259, section 8.1).
    if (!isUtf8(bytes)) throw new UndecodableError('Malformed OTLP/JSON: the body is not valid UTF-8.')
    // A byte order mark is allowed to be ignored (RFC 8259, section 8.1).
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.#position = 3
  }

  /** Steps into an object; its first member's name, undefined if there is none. */
  enterObject(): string | undefined {
    const byte = this.#peek()
    if (byte === openBrace) {
      this.#position++
      if (this.#peek() !== closeBrace) return this.#name()
      this.#position++
      return undefined
    }
    this.#null('an object')
    return undefined
  }

  /** The name of the object's next member; undefined at its end. */
  nextName(): string | undefined {
    const byte = this.#peek()
    this.#position++
    if (byte === comma) return this.#name()
    if (byte === closeBrace) return undefined
    throw this.#unexpected('"," or "}"', this.#position - 1)
  }

  /** Steps into an array; whether it has a first item. */
  enterArray(): boolean {
    const byte = this.#peek()
    if (byte === openBracket) {
      this.#position++
      if (this.#peek() !== closeBracket) return true
      this.#position++
      return false
    }
    this.#null('an array')
    return false
  }

  /** Whether the array has another item. */
  nextItem(): boolean {
    const byte = this.#peek()
    this.#position++
    if (byte === comma) return true
    if (byte === closeBracket) return false
    throw this.#unexpected('"," or "]"', this.#position - 1)
  }

  /** Nothing but white space may follow the document. */
  end(): void {
    if (this.#peek() !== undefined) throw this.#unexpected('the end of the body', this.#position)
  }

  /** Whether the value here is `null`, which it then steps over: for where null and default are not the same. */
  skipNull(): boolean {
    if (this.#peek() !== 0x6e) return false
    this.#null('null')
    return true
  }

  /** An attribute's key, a span's or event's name: what repeats. */
  key(): string {
    return this.#text(keys)
  }

  string(): string {
    return this.#text(values)
  }

  /** The attribute here if it is a text or an integer in the form that every SDK writes; `undefined`, without moving, for most others. */
  plainAttribute(): KeyValue | undefined {
    const source = this.#source
    const column = columns.find(source, this.#position)
    if (column === undefined) return undefined
    const start = this.#position + column.before.bytes.length
    let known = attributes.guess(source, start, column, column.recent)
    if (known !== undefined) {
      this.#position = start + attributes.lengthOf(column.recent)
      return known
    }
    const { otherRecent } = column
    known = attributes.guess(source, start, column, otherRecent)
    if (known !== undefined) {
      column.otherRecent = column.recent
      column.recent = otherRecent
      this.#position = start + attributes.lengthOf(otherRecent)
      return known
    }
    const bytes = this.#bytes
    const valueEnd = column.isText ? plainTextEnd(bytes, start) : plainIntegerEnd(bytes, start)
    const closing = column.isText && bytes[valueEnd] === quote ? valueEnd + 1 : valueEnd
    const isPlain =
      valueEnd > start &&
      (closing > valueEnd || !column.isText) &&
      bytes[closing] === closeBrace &&
      bytes[closing + 1] === closeBrace
    if (!isPlain) return undefined
    const end = closing + 2
    const hash = column.seed + source.sample(start, valueEnd)
    let attribute = attributes.find(source, start, end, column, hash)
    if (attribute === undefined) {
      const made = this.#plainAttribute(column, start, valueEnd)
      if (made === undefined) return undefined
      attribute = attributes.offer(source, start, end, column, hash, made)
    }
    if (attribute instanceof SharedAttribute) {
      column.otherRecent = column.recent
      column.recent = hash
    }
    this.#position = end
    return attribute
  }

  #plainAttribute({ key, isText }: Column, start: number, end: number): KeyValue | undefined {
    if (isText) return { key, value: { type: 'string', value: this.#bytes.toString('utf8', start, end) } }
    const before = this.#position
    const value = this.#plainInteger(
      start + (this.#bytes[start] === quote ? 1 : 0),
      this.#bytes[start] === quote,
    )
    const isWhole = this.#position === end
    this.#position = before
    if (value === undefined || !isWhole || BigInt.asIntN(64, value) !== value) return undefined
    return { key, value: { type: 'int', value } }
  }

  bool(): boolean {
    const byte = this.#peek()
    if (byte === 0x74 && this.#literal('true')) return true
    if (byte === 0x66 && this.#literal('false')) return false
    this.#null('true or false')
    return false
  }

  /** Unsigned, 32 bits. */
  uint32(): number {
    const small = this.#smallInteger()
    return small >= 0 ? small : Number(this.#integer(0n, 0xffff_ffffn))
  }

  /** Signed, 32 bits; also enums, which OTLP/JSON writes as integers only. */
  int32(): number {
    const small = this.#smallInteger()
    return small >= 0 ? small : Number(this.#integer(-0x8000_0000n, 0x7fff_ffffn))
  }

  int64(): bigint {
    return this.#integer(-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn)
  }

  uint64(): bigint {
    // At most 19 digits without a sign are within range.
    const quoted = this.#peek() === quote
    const start = quoted ? this.#position + 1 : this.#position
    const value = this.#bytes[start] === minus ? undefined : this.#plainInteger(start, quoted)
    return value ?? this.#integer(0n, 0xffff_ffff_ffff_ffffn)
  }

  double(): number {
    const byte = this.#peek()
    const at = this.#position
    if (byte === quote) {
      const text = this.string()
      if (text === 'NaN') return Number.NaN
      if (text === 'Infinity') return Number.POSITIVE_INFINITY
      if (text === '-Infinity') return Number.NEGATIVE_INFINITY
      if (isJsonNumber(text)) return Number(text)
    } else if (this.#atNumber(byte)) {
      return Number(this.#numberText())
    } else {
      this.#null('a number')
      return 0
    }
    throw this.#unexpected('a number, "NaN", "Infinity" or "-Infinity"', at)
  }

  /** Standard or URL-safe base64, with or without padding. */
  bytes(): Uint8Array {
    const at = this.#position
    const text = this.string()
    const digits = text.replace(/={1,2}$/, '')
    if (!/^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)$/.test(digits) || digits.length % 4 === 1) {
      throw this.#unexpected('base64', at)
    }
    return new Uint8Array(Buffer.from(digits, 'base64'))
  }

  /** An id as lowercase hex; a text that is not hex is left as it is, for the caller to judge. */
  id(): string {
    if (this.#peek() !== quote) return this.string()
    const b = this.#bytes
    const start = this.#position + 1
    if (b[start + 16] === quote) {
      const text = hexOf8(b, start)
      if (text !== '') this.#position = start + 17
      return text === '' ? this.string() : text
    }
    if (b[start + 32] === quote) {
      // Spans of one trace travel together: mostly this is the 16-byte id read last.
      const last = this.#lastId16At
      if (last >= 0 && this.#source.isAt(start, this.#source, last, 32)) {
        this.#position = start + 33
        return this.#lastId16
      }
      const id = hexOf16(b, start)
      if (id !== '') {
        this.#position = start + 33
        this.#lastId16At = start
        this.#lastId16 = id
        return id
      }
    }
    const text = this.string()
    return isHex(text) ? text.toLowerCase() : text
  }

  /** Steps over any value, checking that it is JSON. */
  skip(): void {
    const open: number[] = []
    do {
      const byte = this.#peek()
      if (byte === openBrace || byte === openBracket) {
        const first = byte === openBrace ? this.enterObject() !== undefined : this.enterArray()
        if (first) {
          if (open.push(byte) > deepestSkipped)
            throw this.#malformed(`values nest deeper than ${deepestSkipped}`)
          continue
        }
      } else if (byte === quote) this.#scanString()
      else if (this.#atNumber(byte)) this.#numberText()
      else if (byte === 0x74) this.#literal('true')
      else if (byte === 0x66) this.#literal('false')
      else this.#null('a value')
      while (open.length > 0) {
        const more = open[open.length - 1] === openBrace ? this.nextName() !== undefined : this.nextItem()
        if (more) break
        open.pop()
      }
    } while (open.length > 0)
  }

  #peek(): number | undefined {
    const bytes = this.#bytes
    let byte = bytes[this.#position]
    if (byte !== undefined && byte > 0x20) return byte
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++this.#position]
    return byte
  }

  #name(): string {
    if (this.#peek() !== quote) throw this.#unexpected('a name in double quotes', this.#position)
    let name = names.foretell(this.#source, this.#position + 1)
    if (name === undefined) name = names.learn(this.#text(keys))
    else this.#position += name.length + 2
    if (this.#peek() !== colon) throw this.#unexpected('":"', this.#position)
    this.#position++
    return name
  }

  #text(cache: TextCache): string {
    if (this.#peek() !== quote) {
      this.#null('a string')
      return ''
    }
    const start = this.#position + 1
    const escaped = this.#scanString()
    const end = this.#position - 1
    return escaped ? this.#unescape(start - 1, end + 1) : cache.read(this.#source, start, end)
  }

  /** Moves past the string that begins here; whether it has escapes. */
  #scanString(): boolean {
    const bytes = this.#bytes
    const length = bytes.length
    let position = this.#position + 1
    let escaped = false
    while (position < length) {
      const byte = bytes[position] as number
      if (byte === quote) {
        this.#position = position + 1
        return escaped
      }
      if (byte === backslash) {
        escaped = true
        position++
      } else if (byte < 0x20) {
        throw this.#unexpected('a string without control characters', position)
      }
      position++
    }
    throw this.#unexpected("a string's end", length)
  }

  #unescape(start: number, end: number): string {
    let text: string
    try {
      text = JSON.parse(this.#bytes.toString('utf8', start, end)) as string
    } catch (cause) {
      throw this.#unexpected('a string with valid escapes', start, cause)
    }
    // Half a surrogate pair, which only an escape can bring, has no UTF-8.
    if (!text.isWellFormed()) this.defects.invalidText = true
    return text
  }

  #atNumber(byte: number | undefined): boolean {
    return byte !== undefined && (byte === minus || (byte >= zero && byte <= nine))
  }

  #numberText(): string {
    const bytes = this.#bytes
    const start = this.#position
    let position = start
    for (;;) {
      const byte = bytes[position]
      // Digits, ".", "-", "+", "e", "E": everything a number is made of, in whatever order.
      if (byte === undefined) break
      const isDigit = byte >= zero && byte <= nine
      if (!isDigit && byte !== point && byte !== minus && byte !== 0x2b && byte !== 0x65 && byte !== 0x45)
        break
      position++
    }
    const text = bytes.toString('latin1', start, position)
    if (!isJsonNumber(text)) throw this.#unexpected('a number', start)
    this.#position = position
    return text
  }

  /**
   * An integer written as number or string, exactly; also as 1.0 or 1e2, which protobuf's mapping allows.
   *
   * One that its field cannot hold is a defect, not a malformed document: OpenTelemetry JS itself writes the attribute
   * 1e21 as `intValue`, and the other spans of that batch have done no wrong.
   */
  #integer(lowest: bigint, highest: bigint): bigint {
    const byte = this.#peek()
    const at = this.#position
    const quoted = byte === quote
    let value = this.#plainInteger(quoted ? at + 1 : at, quoted)
    if (value === undefined) {
      if (!quoted && !this.#atNumber(byte)) {
        this.#null('an integer')
        return 0n
      }
      value = exactInteger(quoted ? this.string() : this.#numberText())
      if (value === undefined) throw this.#unexpected('an integer', at)
    }
    if (value >= lowest && value <= highest) return value
    this.defects.outOfRange = true
    return 0n
  }

  /** At most nine digits with nothing else, without a bigint; −1, without moving, for any other. */
  #smallInteger(): number {
    const bytes = this.#bytes
    this.#peek()
    const first = this.#position
    let position = first
    let value = 0
    let byte = bytes[position] ?? 0
    while (byte >= zero && byte <= nine) {
      value = value * 10 + (byte - zero)
      byte = bytes[++position] ?? 0
      if (position - first > 9) return -1
    }
    if (position === first || (position > first + 1 && bytes[first] === zero)) return -1
    if (byte === point || byte === 0x65 || byte === 0x45) return -1
    this.#position = position
    return value
  }

  /** At most 19 digits with nothing else: how practically every integer is written. Undefined, without moving, for any other. */
  #plainInteger(start: number, quoted: boolean): bigint | undefined {
    const bytes = this.#bytes
    const negative = bytes[start] === minus
    const first = negative ? start + 1 : start
    let position = first
    let low = 0
    let high = 0
    let byte = bytes[position] ?? 0
    while (byte >= zero && byte <= nine) {
      // Six digits at a time: 2^32 × 10^6 stays below 2^53.
      let chunk = 0
      let scale = 1
      do {
        chunk = chunk * 10 + (byte - zero)
        scale *= 10
        byte = bytes[++position] ?? 0
      } while (scale < 1_000_000 && byte >= zero && byte <= nine)
      const product = low * scale + chunk
      const carry = Math.floor(product / 0x1_0000_0000)
      low = product - carry * 0x1_0000_0000
      high = high * scale + carry
    }
    const digits = position - first
    if (digits === 0 || digits > 19 || (digits > 1 && bytes[first] === zero)) return undefined
    if (quoted) {
      if (byte !== quote) return undefined
      position++
    } else if (byte === point || byte === 0x65 || byte === 0x45) return undefined
    this.#position = position
    word64.setUint32(0, high)
    word64.setUint32(4, low)
    const value = word64.getBigUint64(0)
    return negative ? -value : value
  }

  #literal(text: string): boolean {
    const end = this.#position + text.length
    if (this.#bytes.toString('latin1', this.#position, end) !== text) {
      throw this.#unexpected(text, this.#position)
    }
    this.#position = end
    return true
  }

  #null(expected: string): void {
    if (this.#bytes.toString('latin1', this.#position, this.#position + 4) !== 'null') {
      throw this.#unexpected(expected, this.#position)
    }
    this.#position += 4
  }

  #unexpected(expected: string, at: number, cause?: unknown): UndecodableError {
    const byte = this.#bytes[at]
    return this.#malformed(`expected ${expected}, found ${found(byte)}`, at, cause)
  }

  #malformed(what: string, at = this.#position, cause?: unknown): UndecodableError {
    const field = jsonPathAt(this.#bytes, at)
    const where = field === '' ? `byte ${at}` : `byte ${at} (${field})`
    return new UndecodableError(`Malformed OTLP/JSON at ${where}: ${what}.`, field, { cause })
  }
}

/** Where an integer that begins at `start`, in quotes or not, ends; `start` if there is none. */
const plainIntegerEnd = (bytes: Uint8Array, start: number): number => {
  const quoted = bytes[start] === quote
  const first = quoted ? start + 1 : start
  let position = bytes[first] === minus ? first + 1 : first
  for (let byte = bytes[position] ?? 0; byte >= zero && byte <= nine; byte = bytes[position] ?? 0) position++
  if (!quoted) return position
  return bytes[position] === quote ? position + 1 : start
}

const isHex = (text: string): boolean => /^(?:[0-9a-fA-F]{2})*$/.test(text)

const isJsonNumber = (text: string): boolean => /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)

/** The integer `text` denotes, undefined if it denotes none; 2^64 stands for all that are far beyond 64 bits. */
const exactInteger = (text: string): bigint | undefined => {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)
  if (!parts || !isJsonNumber(text)) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts
  const digits = (whole + fraction).replace(/^0+/, '')
  if (digits === '') return 0n
  const shift = Number(exponent) - fraction.length
  if (shift < 0 && !/^0*$/.test(digits.slice(shift))) return undefined
  if (digits.length + shift > 20) return 2n ** 64n
  const integer = shift >= 0 ? digits + '0'.repeat(shift) : digits.slice(0, shift)
  return BigInt(`${sign}${integer === '' ? '0' : integer}`)
}

const found = (byte: number | undefined): string => {
  if (byte === undefined) return 'the end of the body'
  if (byte === quote) return 'a string'
  if (byte === openBrace) return 'an object'
  if (byte === openBracket) return 'an array'
  if (byte === minus || (byte >= zero && byte <= nine)) return 'a number'
  if (byte > 0x20 && byte < 0x7f) return `"${String.fromCharCode(byte)}"`
  return `byte 0x${byte.toString(16).padStart(2, '0')}`
}
