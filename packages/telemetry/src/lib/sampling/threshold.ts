/** Hexadecimal digits of 56 bits: the randomness of a trace, and the finest threshold. */
export const DIGITS = 14

/** Significant digits of a threshold, as the specification recommends: probabilities are met to within 1 in 8,192. */
const PRECISION = 4

/** How many values the randomness of a trace can take. */
const SPACE = 16n ** BigInt(DIGITS)

/**
 * The rejection threshold of a sampling probability, as the value of `th`: of 2⁵⁶ traces so many are dropped, in
 * hexadecimal, trailing zeros left out. `0` keeps all; `undefined`, which `th` cannot say, keeps none.
 *
 * Leading `f`s come on top of the precision, so that small probabilities are met as closely as large ones.
 *
 * Source: OpenTelemetry specification, trace/tracestate-probability-sampling.md, "Converting floating-point probability
 * to threshold value".
 *
 * @param probability from 0 to 1
 */
export function thresholdOf(probability: number, precision: number = PRECISION): string | undefined {
  // Exact, as scaling by a power of two is; what is rounded off is less than one trace in 2⁵⁶.
  const kept = BigInt(Math.round(probability * Number(SPACE)))
  if (kept === 0n) return undefined
  const rejected = SPACE - kept
  const digits = Math.min(DIGITS, precision + leadingFs(hex(rejected)))
  const unit = 16n ** BigInt(DIGITS - digits)
  const rounded = ((rejected + unit / 2n) / unit) * unit
  return hex(rounded).replace(/0+$/, '') || '0'
}

/**
 * Whether a trace of this randomness is kept at this threshold. Compares as text: both begin with the most significant
 * digit, digits sort before letters, and where one text ends it is as if zeros followed.
 */
export function isKept(randomness: string, threshold: string): boolean {
  return randomness >= threshold
}

function hex(value: bigint): string {
  return value.toString(16).padStart(DIGITS, '0')
}

function leadingFs(digits: string): number {
  return /^f*/.exec(digits)?.[0].length ?? 0
}
