import { Problem } from './problem.ts'

/** The most characters of a refused value that its refusal repeats. */
const MAX_SHOWN = 40

export interface WholeNumberParameter {
  readonly name: string
  readonly min: number
  readonly max: number
  /** What holds where the parameter is left out. */
  readonly fallback: number
  /** What leaving it out means, as in `to roll once`. */
  readonly without: string
}

/**
 * A whole number from the query of a request, in decimal digits without leading zeros.
 *
 * @param query as Express has parsed it: a parameter given twice is an array.
 * @throws {Problem} 400 `invalid_<name>`, with the bounds and the value.
 */
export function wholeNumberParameter(
  query: Readonly<Record<string, unknown>>,
  { name, min, max, fallback, without }: WholeNumberParameter,
): number {
  const value = query[name]
  if (value === undefined) return fallback
  const number = typeof value === 'string' && /^(0|[1-9]\d{0,14})$/.test(value) ? Number(value) : Number.NaN
  if (number >= min && number <= max) return number
  throw new Problem({
    status: 400,
    code: `invalid_${name}`,
    detail: `${name}: expected one whole number from ${min} to ${max}, received ${shown(value)}. Leave it out ${without}.`,
  })
}

function shown(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`
}
