import { ByteText } from '../byte-text.ts'

/** OTLP has a hundred; unknown ones are remembered too. */
const mostKnown = 1024
const longestKnown = 64

type Known = {
  readonly name: string
  /** The name and the quote behind it. */
  readonly text: ByteText
  next: Known | undefined
  otherNext: Known | undefined
}

/**
 * Foretells the next member's name in JSON text by what followed the name before it: a sender writes its members in one order, and
 * comparing bytes with one name takes half the time of finding out which name they are.
 *
 * Bound: 1,024 names of at most 64 characters; then it starts anew.
 */
export class MemberNames {
  readonly #known = new Map<string, Known>()
  #last: Known | undefined

  /** The name at `start`, behind its opening quote, when it is what was expected; `undefined` says nothing. */
  foretell(source: ByteText, start: number): string | undefined {
    const last = this.#last
    if (last?.next === undefined) return undefined
    if (isAt(last.next, source, start)) this.#last = last.next
    else if (last.otherNext !== undefined && isAt(last.otherNext, source, start)) {
      this.#last = last.otherNext
      last.otherNext = last.next
      last.next = this.#last
    } else return undefined
    return this.#last.name
  }

  /** Takes note of a name that was not foretold and has no escapes. */
  learn(name: string): string {
    if (name.length > longestKnown) {
      this.#last = undefined
      return name
    }
    let known = this.#known.get(name)
    if (!known) {
      if (this.#known.size >= mostKnown) this.#known.clear()
      const text = new ByteText(Buffer.from(`${name}"`))
      known = { name: internalized(name), text, next: undefined, otherNext: undefined }
      this.#known.set(name, known)
    }
    if (this.#last) {
      this.#last.otherNext = this.#last.next
      this.#last.next = known
    }
    this.#last = known
    return known.name
  }
}

const isAt = ({ text }: Known, source: ByteText, start: number): boolean =>
  source.isAt(start, text, 0, text.bytes.length)

/** The same text as the engine keeps it for property names, which a `switch` tells apart without looking into them. */
const internalized = (text: string): string => Object.keys({ [text]: 0 })[0] as string
