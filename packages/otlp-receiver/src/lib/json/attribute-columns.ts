import { ByteText } from '../byte-text.ts'

/** Keys that telemetry has at one time are some hundred. */
const slots = 1024
const longestKey = 96

/** Attributes of one key and kind of value. */
export type Column = {
  readonly key: string
  readonly isText: boolean
  /** From the attribute's opening brace up to its value; of a text its quote is part of it. */
  readonly before: ByteText
  /** What hashes of its values begin with. */
  readonly seed: number
  readonly slot: number
  /** Slot of the column that came after this one last: a reference would keep columns that lost theirs. */
  next: number
  /** Hashes of the two values that came last. */
  recent: number
  otherRecent: number
}

const beforeKey = new ByteText(Buffer.from('{"key":"'))
const beforeText = new ByteText(Buffer.from('","value":{"stringValue":"'))
const beforeInt = new ByteText(Buffer.from('","value":{"intValue":'))

/**
 * Knows what stands before the values of attributes, where nothing is written that need not be, and foretells which comes next: a sender's
 * attributes have one order, and comparing with what was foretold takes a fraction of finding a key's end and looking the key up.
 *
 * Bound: 1,024 keys of at most 96 characters; a newcomer takes the place of whoever has its slot when it comes the second time in a row.
 */
export class AttributeColumns {
  readonly #columns: (Column | undefined)[] = new Array(slots).fill(undefined)
  readonly #waiting = new Int32Array(slots)
  #last: Column | undefined

  /** The column of the attribute at `start`; `undefined` when it has none, or is not of such a form. */
  find(source: ByteText, start: number): Column | undefined {
    const last = this.#last
    const foretold = last && this.#columns[last.next]
    if (foretold !== undefined && source.isAt(start, foretold.before, 0, foretold.before.bytes.length)) {
      this.#last = foretold
      return foretold
    }
    const column = this.#lookUp(source, start)
    if (last !== undefined && column !== undefined) last.next = column.slot
    this.#last = column
    return column
  }

  #lookUp(source: ByteText, start: number): Column | undefined {
    if (!source.isAt(start, beforeKey, 0, beforeKey.bytes.length)) return undefined
    const keyStart = start + beforeKey.bytes.length
    const keyEnd = plainTextEnd(source.bytes, keyStart)
    const length = keyEnd - keyStart
    if (length === 0 || length > longestKey) return undefined
    const isText = source.isAt(keyEnd, beforeText, 0, beforeText.bytes.length)
    if (!isText && !source.isAt(keyEnd, beforeInt, 0, beforeInt.bytes.length)) return undefined
    const hash = source.sample(keyStart, keyEnd) * 2 + (isText ? 1 : 0)
    const slot = hash & (slots - 1)
    const known = this.#columns[slot]
    if (known !== undefined && source.isAt(start, known.before, 0, known.before.bytes.length)) return known
    if (this.#waiting[slot] !== hash) {
      this.#waiting[slot] = hash
      return undefined
    }
    const end = keyEnd + (isText ? beforeText : beforeInt).bytes.length
    const column = {
      key: source.bytes.toString('utf8', keyStart, keyEnd),
      isText,
      before: new ByteText(Uint8Array.from(source.bytes.subarray(start, end))),
      seed: hash * 7,
      slot,
      next: slot,
      recent: 0,
      otherRecent: 0,
    }
    this.#columns[slot] = column
    return column
  }
}

const quote = 0x22
const backslash = 0x5c

/** Where a text that begins at `start` ends, or where the first of its bytes stands that needs a closer look. */
export const plainTextEnd = (bytes: Uint8Array, start: number): number => {
  const length = bytes.length
  let position = start
  while (position < length) {
    const byte = bytes[position] as number
    if (byte === quote || byte === backslash || byte < 0x20) break
    position++
  }
  return position
}
