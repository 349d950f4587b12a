import type { LinkTarget } from '../../../src/api/contract.ts'
import { formatDuration } from '../app/format-duration.ts'
import { clockTime } from '../app/format-time.ts'

/** How a relation is said; see decisions/004-link-relations.md for the nouns. */
type Words = {
  /** Past tense, read from cause to effect. */
  readonly verb: string
  /** What the effect's side says of its cause. */
  readonly causedBy: string
  /** Whom to name when the target was not sampled: the noun's side. */
  readonly farSide: string
}

const words: { readonly [relation: string]: Words } = {
  caller: { verb: 'called', causedBy: 'called by', farSide: 'its caller' },
  callee: { verb: 'called', causedBy: 'called by', farSide: 'the one called' },
  origin: { verb: 'started', causedBy: 'started by', farSide: 'its origin' },
  message: { verb: 'sent a message to', causedBy: 'took a message from', farSide: 'its sender' },
  previous_attempt: { verb: 'retried as', causedBy: 'retry of', farSide: 'the earlier attempt' },
  part: { verb: 'gathered by', causedBy: 'gathers', farSide: 'the part' },
  result: { verb: 'result used by', causedBy: 'uses the result of', farSide: 'the one that made it' },
}

/** `called`, `started`, …; for relations of the application's own, `led to` and their name. */
export function verbOf(relation: string | null): string {
  if (relation === null) return 'led to'
  return words[relation]?.verb ?? `led to (${relation})`
}

/** The same from the effect: `called by`, `started by`, …. */
export function causedByWords(relation: string | null): string {
  if (relation === null) return 'caused by'
  return words[relation]?.causedBy ?? `caused by (${relation})`
}

/**
 * The waiting time of a relation: `12.4 ms later`, or `within 1 ms` where clocks of `clockNano` cannot tell more; `null` while one of its
 * ends is missing.
 */
export function waitWords(waitNano: number | null, clockNano = 1): string | null {
  if (waitNano === null) return null
  if (clockNano > 1 && Math.abs(waitNano) < clockNano) return `within ${formatDuration(clockNano)}`
  if (waitNano === 0) return 'at the same moment'
  return waitNano > 0 ? `${formatDuration(waitNano)} later` : `${formatDuration(-waitNano)} earlier`
}

/** Whether an effect is told to have begun before its cause, by more than the clocks' grain. */
export const isEarlier = ({ waitNano, clockNano }: { waitNano: number | null; clockNano: number }): boolean =>
  waitNano !== null && waitNano <= -clockNano

/** Why waiting is negative. */
export const earlierHint = 'The effect began before its cause: the clocks of the two machines disagree.'

/** What is known of a link's target, in words; `null` when it is here. */
export function missingWords(target: LinkTarget, relation: string | null): string | null {
  switch (target.state) {
    case 'resolved':
    case 'same_trace':
      return null
    case 'self':
      return 'the span itself'
    case 'not_arrived':
      return 'not arrived yet'
    case 'span_missing':
      return 'trace is here, this span not yet'
    case 'evicted':
      return `evicted ${minute(target.evictedAtUnixNano)}`
    case 'deleted':
      return `deleted ${minute(target.deletedAtUnixNano)}`
    case 'not_sampled':
      return `not sampled by ${target.serviceName ?? words[relation ?? '']?.farSide ?? 'its sender'}`
    case 'invalid':
      return 'no valid ids'
  }
}

/** What each state means, for those who wonder. */
export function missingHint(target: LinkTarget): string | null {
  switch (target.state) {
    case 'resolved':
    case 'same_trace':
      return null
    case 'self':
      return 'The span holds a link to itself, which tells nothing.'
    case 'not_arrived':
      return 'No span of its trace has been received. Exporters send in batches; it shows up here by itself.'
    case 'span_missing':
      return 'Other spans of its trace are here. It may be in a batch that is still on its way, or may not have ended.'
    case 'evicted':
      return 'It was here and had to go, to keep the store within its bounds.'
    case 'deleted':
      return 'It was here and was deleted by a user.'
    case 'not_sampled':
      return 'The link’s flags say that its span was not recorded, so it will not come.'
    case 'invalid':
      return 'The link’s ids are of the wrong length or all zero: its sender had no span to link to.'
  }
}

const minute = (unixNano: string): string => clockTime(unixNano).slice(0, 5)
