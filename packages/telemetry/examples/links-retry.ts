import { linkTo, withLinkedRoot } from '@linked-traces/telemetry/links'
import type { Span } from '@opentelemetry/api'

/** Tries until it works, each attempt a trace of its own that is linked to the one before. */
export async function retry<Result>(
  name: string,
  attempts: number,
  work: () => Promise<Result>,
): Promise<Result> {
  let previous: Span | undefined
  for (let attempt = 1; ; attempt += 1) {
    try {
      const links = linkTo(previous, { relation: 'previous_attempt' })
      return await withLinkedRoot(name, { links, attributes: { 'app.attempt': attempt } }, (span) => {
        previous = span
        return work()
      })
    } catch (error) {
      if (attempt === attempts) throw error
    }
  }
}
