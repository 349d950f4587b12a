import { TooLargeError } from './too-large-error.ts'

/** Every consumer of a value walks it, most of them by recursion; Axiom and most protobuf parsers stop here too. */
const deepestValue = 100

/** A request of 64 MiB reaches this only with less than 16 bytes to an attribute; two bytes make an empty one of 50. */
const mostMessages = 4 * 1024 * 1024

/**
 * What is wrong with the part of a request being decoded, though it could be parsed.
 *
 * A span's defects cost that span; a resource's or scope's cost every span under it. Whoever decodes a part takes its
 * defects at its end, so that they are not laid at the next one's door.
 */
export class Defects {
  invalidText = false
  /** An integer is beyond what its field holds; JSON alone can write one. */
  outOfRange = false
  /** A field that only profiles may use; its sender hears of it, the value counts as unset (common.proto, `*_strindex`). */
  profilingReference = false
  #tooDeep = false
  #messages = 0

  /** Whether a value at `depth` is nested too deep to be kept. */
  isTooDeep(depth: number): boolean {
    if (depth <= deepestValue) return false
    this.#tooDeep = true
    return true
  }

  /** Called once for everything that takes memory of its own; throws TooLargeError when a request holds too many. */
  countMessage(): void {
    if (++this.#messages > mostMessages) throw new TooLargeError(mostMessages, 'messages when decoded')
  }

  /** Why the part just decoded cannot be kept, or undefined; the next part starts without defects. */
  take(): string | undefined {
    if (!this.#tooDeep && !this.invalidText && !this.outOfRange) return undefined
    const reason = this.#tooDeep
      ? `a value nests deeper than ${deepestValue} levels`
      : this.invalidText
        ? 'a text is not valid Unicode'
        : 'an integer is beyond the range of its field'
    this.#tooDeep = false
    this.invalidText = false
    this.outOfRange = false
    return reason
  }
}
