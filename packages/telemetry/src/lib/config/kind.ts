import { printable } from './printable.ts'

/** How the values of a setting are written, in the environment as text and in code as values. */
export interface Kind<T> {
  /** Completes `expected …`; also a cell of the configuration reference. */
  readonly expected: string
  /** A refused value is never shown. */
  readonly secret?: boolean
  parse(raw: unknown): T | Refusal
}

/** Why a value cannot be honoured, in one or more points; what a point leaves out is filled in from its setting. */
export class Refusal {
  readonly points: readonly RefusalPoint[]

  constructor(...points: readonly RefusalPoint[]) {
    this.points = points
  }
}

export interface RefusalPoint {
  /** What to do, as a sentence. */
  readonly cure: string
  readonly expected?: string
  readonly received?: string
}

/** 2³¹ − 1: the longest a Node timer runs, and the largest integer the specification asks for. */
export const MAX_INTEGER = 2_147_483_647

export const text: Kind<string> = {
  expected: 'text',
  parse: (raw) => (typeof raw === 'string' ? raw : new Refusal({ cure: 'Give it as a string.' })),
}

/** Text that HTTP can carry as a header value, or as part of one. */
export const headerText: Kind<string> = {
  expected: 'visible ASCII characters without spaces',
  parse: (raw) =>
    typeof raw === 'string' && /^[\x21-\x7e]+$/.test(raw)
      ? raw
      : new Refusal({ cure: 'Remove quotes, spaces and line breaks around it.' }),
}

export const flag: Kind<boolean> = {
  expected: 'true or false',
  parse(raw) {
    const word = typeof raw === 'string' ? raw.toLowerCase() : raw
    if (word === true || word === 'true') return true
    if (word === false || word === 'false') return false
    return new Refusal({ cure: 'Write it as true or false.' })
  },
}

/** A whole number from `min` on, and in code `Infinity` where `unlimited` says that it means something. */
export function integer(min: number, { unlimited = false } = {}): Kind<number> {
  return {
    expected: `a whole number from ${min} to ${MAX_INTEGER}`,
    parse(raw) {
      const number = typeof raw === 'string' && /^\d+$/.test(raw) ? Number(raw) : raw
      if (unlimited && number === Number.POSITIVE_INFINITY) return number
      return typeof number === 'number' && Number.isInteger(number) && number >= min && number <= MAX_INTEGER
        ? number
        : new Refusal({ cure: 'Write it in digits, without a unit or sign.' })
    },
  }
}

/** Milliseconds, where 0 is no limit (OpenTelemetry specification, configuration/common.md, Timeout). */
export const timeout: Kind<number> = {
  expected: `milliseconds from 1 to ${MAX_INTEGER}, or 0 for no limit`,
  parse(raw) {
    const millis = integer(0).parse(raw)
    return millis === 0 ? MAX_INTEGER : millis
  },
}

export const fraction: Kind<number> = {
  expected: 'a number from 0 to 1',
  parse(raw) {
    const number = decimal(raw)
    return number !== undefined && number >= 0 && number <= 1
      ? number
      : new Refusal({ cure: 'Write it as a decimal, such as 0.25 for one in four.' })
  },
}

/** So many in a second. */
export const rate: Kind<number> = {
  expected: 'a number above 0',
  parse(raw) {
    const number = decimal(raw)
    return number !== undefined && number > 0 && number < Number.POSITIVE_INFINITY
      ? number
      : new Refusal({ cure: 'Write it as a decimal, such as 10, or 0.5 for one in two seconds.' })
  },
}

function decimal(raw: unknown): number | undefined {
  if (typeof raw === 'number') return raw
  return typeof raw === 'string' && /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(raw) ? Number(raw) : undefined
}

/** One of several words, in any case. `cures` has better advice for words that people can be expected to try. */
export function oneOf<const T extends string>(
  words: readonly T[],
  cures: Readonly<Record<string, string>> = {},
): Kind<T> {
  return {
    expected: words.join(', ').replace(/, (?=[^,]*$)/, ' or '),
    parse(raw) {
      const word = typeof raw === 'string' ? raw.toLowerCase() : raw
      const cure = typeof word === 'string' && Object.hasOwn(cures, word) ? cures[word] : undefined
      return words.find((known) => known === word) ?? new Refusal({ cure: cure ?? 'Use one of these.' })
    },
  }
}

/** Values of one kind, separated by commas or in an array, each once and in order. `nothing` is the word for no value. */
export function listOf<T>(item: Kind<T>, nothing?: string): Kind<readonly T[]> {
  return {
    expected: `a list of ${item.expected}${nothing === undefined ? '' : `, or ${nothing}`}`,
    parse(raw) {
      const entries: unknown = typeof raw === 'string' ? raw.split(',').map((entry) => entry.trim()) : raw
      if (!Array.isArray(entries)) return new Refusal({ cure: 'Give it as an array.' })
      if (nothing !== undefined && entries.length === 1 && String(entries[0]).toLowerCase() === nothing)
        return []
      const values: T[] = []
      const points: RefusalPoint[] = []
      for (const entry of entries) {
        const value = item.parse(entry)
        if (value instanceof Refusal) {
          points.push(...value.points.map((point) => ({ received: printable(entry), ...point })))
        } else if (!values.includes(value)) {
          values.push(value)
        }
      }
      return points.length > 0 ? new Refusal(...points) : values
    },
  }
}
