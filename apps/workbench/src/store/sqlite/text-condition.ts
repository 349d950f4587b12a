import type { DatabaseSync } from 'node:sqlite'
import type { AnyValue, KeyValue, Span } from '../../model/span.ts'
import { firstFrom } from './first-from.ts'

/** A text that stands somewhere in what people read of a span, the case of A–Z aside. */
export class TextCondition {
  readonly #text: string
  /** Numbers of the operations whose name or service holds the text. */
  readonly #operations: ReadonlySet<number>
  /** The text's bytes, folded as {@link foldBytes} does. */
  readonly #pattern: string
  /** Where the pattern stands in the segment looked at last, ascending: the spans of one come together. */
  #places: { readonly segment: number; readonly starts: readonly number[] } | undefined

  constructor(database: DatabaseSync, text: string) {
    this.#text = fold(text)
    this.#pattern = foldBytes(Buffer.from(text))
    const rows = database
      .prepare(
        'SELECT id FROM operation WHERE instr(lower(name), :text) > 0 OR instr(lower(service), :text) > 0',
      )
      .all({ text: this.#text })
    this.#operations = new Set(rows.map(({ id }) => id as number))
  }

  get holdsForSomeOperation(): boolean {
    return this.#operations.size > 0
  }

  holdsForOperation(operation: number): boolean {
    return this.#operations.has(operation)
  }

  /** Whether the text may stand in the segment between `start` and `end`; never false when it does. */
  mayStandIn(segment: number, body: Buffer, start: number, end: number): boolean {
    if (this.#places?.segment !== segment) {
      const folded = foldBytes(body)
      const starts: number[] = []
      for (let at = folded.indexOf(this.#pattern); at >= 0; at = folded.indexOf(this.#pattern, at + 1))
        starts.push(at)
      this.#places = { segment, starts }
    }
    const { starts } = this.#places
    return (starts[firstFrom(starts, start)] ?? end) < end
  }

  holdsFor({ attributes, status, events }: Span): boolean {
    return (
      this.#isIn(status.message) ||
      this.#isInValues(attributes) ||
      events.some((event) => this.#isIn(event.name) || this.#isInValues(event.attributes))
    )
  }

  #isIn(text: string): boolean {
    return fold(text).includes(this.#text)
  }

  #isInValues(attributes: readonly KeyValue[]): boolean {
    return attributes.some(({ value }) => this.#isInValue(value))
  }

  #isInValue(value: AnyValue): boolean {
    if (value.type === 'string') return this.#isIn(value.value)
    if (value.type === 'array') return value.value.some((item) => this.#isInValue(item))
    return value.type === 'kvlist' && this.#isInValues(value.value)
  }
}

/** As SQLite's `lower` does. */
const fold = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())

/** One character for each byte. More bytes become equal than {@link fold} makes equal, none different. */
const foldBytes = (bytes: Buffer): string => bytes.toString('latin1').toLowerCase()
