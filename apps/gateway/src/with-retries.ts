import { type Attempt, inAttempt } from './attempt-spans.ts'

export interface RetryPolicy {
  /** The most attempts, the first included. */
  readonly attempts: number
  /** The longest wait before the second attempt, in milliseconds; it doubles with each. */
  readonly backoffMillis: number
  readonly isTemporary: (error: unknown) => boolean
  /** From 0 up to, but not including, 1. */
  readonly random: () => number
}

/**
 * Calls until it works, with pauses of random lengths, so that many clients do not come back at the same moment. Each
 * attempt's CLIENT span is linked to the one before.
 *
 * @param call of something idempotent; gets the number of the attempt, from 1.
 * @throws what the last attempt threw, or the first that is not temporary.
 */
export async function withRetries<Result>(
  { attempts, backoffMillis, isTemporary, random }: RetryPolicy,
  call: (attempt: number) => Promise<Result>,
): Promise<Result> {
  let previous: Attempt['previous']
  for (let number = 1; ; number += 1) {
    const attempt: Attempt = { number, previous }
    try {
      return await inAttempt(attempt, () => call(number))
    } catch (error) {
      if (number === attempts || !isTemporary(error)) throw error
    }
    previous = attempt.call
    const millis = random() * backoffMillis * 2 ** (number - 1)
    await new Promise((resolve) => setTimeout(resolve, millis))
  }
}
