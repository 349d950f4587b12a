/**
 * What is wrong with the part of a request being decoded, though it could be parsed.
 *
 * A span's defects cost that span; a resource's or scope's cost every span under it. Whoever decodes a part takes its
 * defects at its end, so that they are not laid at the next one's door.
 */
export class Defects {
  /** Values nested deeper than this are not kept: every consumer of a value walks it, most of them by recursion. */
  readonly deepestValue: number
  tooDeep = false
  invalidText = false
  /** A field that only profiles may use; its sender hears of it, the value counts as unset (common.proto, `*_strindex`). */
  profilingReference = false

  constructor(deepestValue: number) {
    this.deepestValue = deepestValue
  }

  /** Why the part just decoded cannot be kept, or undefined; the next part starts without defects. */
  take(): string | undefined {
    if (!this.tooDeep && !this.invalidText) return undefined
    const reason = this.tooDeep
      ? `a value nests deeper than ${this.deepestValue} levels`
      : 'a text is not valid Unicode'
    this.tooDeep = false
    this.invalidText = false
    return reason
  }
}
