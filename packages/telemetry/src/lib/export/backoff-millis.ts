/** The longest wait between two attempts, in milliseconds. */
const LONGEST = 30_000

/**
 * How long to wait after so many failures in a row: `first` milliseconds doubled with each, and of that from half to all,
 * so that the many processes of an outage do not come back as one.
 *
 * @param random in [0, 1).
 */
export function backoffMillis(first: number, failures: number, random: number): number {
  return Math.min(first * 2 ** failures, LONGEST) * (0.5 + random / 2)
}
