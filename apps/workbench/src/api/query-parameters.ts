import { Problem } from '@linked-traces/service/problem'
import { parseGoDuration } from '../query/go-duration.ts'
import { parseTimestamp } from '../query/timestamp.ts'

/** Values of one repeatable parameter. */
const mostValues = 20

/** The query parameters of a request, each read once and strictly: what cannot be honoured is a 400 {@link Problem} that names it. */
export class QueryParameters {
  readonly #parameters: URLSearchParams
  readonly #read = new Set<string>()

  /** `url` is a request's: a path with or without a query. */
  constructor(url: string) {
    const at = url.indexOf('?')
    this.#parameters = new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
  }

  /** The value; `undefined` when it is absent or empty. */
  text(name: string): string | undefined {
    const values = this.#values(name)
    if (values.length > 1) throw invalid(name, 'to be given once', `${values.length} values`)
    return values[0] || undefined
  }

  list(name: string): readonly string[] {
    const values = this.#values(name)
    if (values.length > mostValues)
      throw invalid(name, `to be given at most ${mostValues} times`, `${values.length} values`)
    return values
  }

  /** A value that `parse` understands; `expected` says in words what that is. */
  parsed<T>(name: string, expected: string, parse: (text: string) => T | undefined): T | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = parse(text)
    if (value === undefined) throw invalid(name, expected, JSON.stringify(text))
    return value
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    return this.parsed(name, values.join(', '), (text) => values.find((value) => value === text))
  }

  boolean(name: string): boolean | undefined {
    const value = this.oneOf(name, ['true', 'false'])
    return value === undefined ? undefined : value === 'true'
  }

  integer(
    name: string,
    range: { readonly min: number; readonly max: number; readonly default: number },
  ): number {
    const { min, max } = range
    const parse = (text: string): number | undefined => {
      const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
      return value >= min && value <= max ? value : undefined
    }
    return this.parsed(name, `a whole number from ${min} to ${max}`, parse) ?? range.default
  }

  /** Nanoseconds. */
  duration(name: string): bigint | undefined {
    return this.parsed(name, 'a duration such as 250ms, 1.5s or 2m', parseGoDuration)
  }

  /** Nanoseconds since the Unix epoch. */
  time(name: string): bigint | undefined {
    return this.parsed(name, 'a time such as 2026-11-22T20:00:00Z, or nanoseconds since 1970', parseTimestamp)
  }

  /** `key=value` pairs. */
  pairs(name: string): (readonly [key: string, value: string])[] {
    return this.list(name).map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw invalid(name, 'key=value', JSON.stringify(pair))
      return [pair.slice(0, at), pair.slice(at + 1)] as const
    })
  }

  /** To be called after the last parameter is read: refuses what nobody asked for. */
  end(): void {
    for (const name of this.#parameters.keys()) {
      if (this.#read.has(name)) continue
      const known = this.#read.size === 0 ? 'none' : [...this.#read].sort().join(', ')
      throw new Problem({
        status: 400,
        code: 'unknown_parameter',
        detail: `${JSON.stringify(name)} is not a query parameter of this address. It takes: ${known}.`,
      })
    }
  }

  #values(name: string): string[] {
    this.#read.add(name)
    return this.#parameters.getAll(name)
  }
}

/** A 400 {@link Problem} about one parameter. */
export const invalid = (name: string, expected: string, received: string): Problem =>
  new Problem({
    status: 400,
    code: 'invalid_parameter',
    detail: `${name}: expected ${expected}, received ${received}.`,
  })
