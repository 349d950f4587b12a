import { formatDuration } from '../app/format-duration.ts'
import { missingWords, verbOf } from './relation-words.ts'
import { type Relation, refKey } from './relations.ts'

/** More than this many sentences are not read by anybody. */
const mostSentences = 3

/** What happened between the traces, in sentences for somebody who sees them for the first time. */
export function story(relations: readonly Relation[], traceCount: number, moreTraces = 0): string[] {
  const between = relations.filter(({ cause, effect }) => cause.traceId !== effect.traceId)
  if (between.length === 0) return ['No link leads from this trace to another, and none leads here.']
  const fanIn = Map.groupBy(between, ({ effect, relation }) => `${refKey(effect)} ${verbOf(relation)}`)
  const groups = Map.groupBy(between, (relation) => {
    const { cause, effect } = relation
    // All that is missing is told at once, by whoever links to it.
    if (isMissing(relation)) return `missing ${(cause.summary ? cause : effect).traceId}`
    const verb = verbOf(relation.relation)
    const effectKey = `${refKey(effect)} ${verb}`
    if ((fanIn.get(effectKey)?.length ?? 0) > 1) return effectKey
    return [cause.traceId, cause.summary?.serviceName, verb, effect.summary?.serviceName].join(' ')
  })
  const told = [...groups.values()].sort(
    ([a], [b]) => Number(isMissing(a)) - Number(isMissing(b)) || startOf(a) - startOf(b),
  )
  const sentences = told.slice(0, mostSentences).map(sentenceOf)
  const untold = told.length - sentences.length
  if (untold > 0) sentences.push(`${untold} more ${untold === 1 ? 'relation' : 'relations'} below.`)
  if (between.every(({ bothWays }) => bothWays))
    sentences.push(traceCount === 2 ? 'The two traces are linked both ways.' : 'All are linked both ways.')
  if (moreTraces > 0) sentences.push(`${moreTraces.toLocaleString()} more traces are not told of here.`)
  return sentences
}

function sentenceOf(group: readonly Relation[]): string {
  const relation = group[0] as Relation
  const { cause, effect } = relation
  if (isMissing(relation)) {
    const states = new Set(
      group.map(({ cause, effect, links }) => {
        const target = cause.target ?? effect.target
        return target && missingWords(target, links[0]?.relation ?? null)
      }),
    )
    const here = nameOf(cause.summary ? cause : effect)
    const spans = group.length === 1 ? 'a span that is' : `${group.length} spans that are`
    return `${here} links to ${spans} not here: ${[...states].join(', ')}.`
  }
  const causes = new Set(group.map((one) => one.cause.traceId)).size
  const effects = new Set(group.map((one) => one.effect.traceId)).size
  const wait = lateness(group)
  const from = cause.summary?.serviceName ?? ''
  const to = effect.summary?.serviceName ?? ''
  if (causes > 1) return gathered(relation, to, causes)
  switch (relation.relation) {
    case 'caller':
      return effects === 1
        ? `${nameOf(cause)} called ${to}, which began a trace of its own${wait}.`
        : `${nameOf(cause)} called ${to} ${effects} times; each call began a trace of its own.`
    case 'origin':
      return effects === 1
        ? `${nameOf(cause)} started a trace of its own in ${to}${wait}.`
        : `${nameOf(cause)} started ${effects} traces in ${to}, the first${wait}.`
    case 'message':
      return effects === 1
        ? `${nameOf(cause)} sent a message that ${to} took up${wait}.`
        : `${nameOf(cause)} sent messages that ${to} took up in ${effects} traces, the first${wait}.`
    case 'previous_attempt':
      return `${from} tried ${quoted(cause)} again${wait}.`
    case 'part':
      return `${to} gathered a part from ${from}${wait}.`
    default:
      return `${nameOf(cause)} ${verbOf(relation.relation)} ${quoted(effect)} in ${to}${wait}.`
  }
}

/** Of one effect with several causes. */
function gathered({ relation, effect }: Relation, to: string, causes: number): string {
  switch (relation) {
    case 'caller':
      return `${quoted(effect)} in ${to} was called from ${causes} traces.`
    case 'message':
      return `${to} took up messages of ${causes} traces at once.`
    case 'part':
      return `${to} gathered parts from ${causes} traces.`
    default:
      return `${quoted(effect)} in ${to} came about because of ${causes} traces.`
  }
}

/** ` 12 ms later`, of the first effect. */
function lateness(group: readonly Relation[]): string {
  const waits = group.map(({ waitNano }) => waitNano).filter((wait) => wait !== null)
  if (waits.length === 0) return ''
  const least = Math.min(...waits)
  if (least === 0) return ' at the same moment'
  return least < 0
    ? `, ${formatDuration(-least)} earlier by its own clock`
    : ` ${formatDuration(least)} later`
}

const isMissing = (relation: Relation | undefined): boolean =>
  !relation?.cause.summary || !relation.effect.summary
const startOf = (relation: Relation | undefined): number =>
  Number(relation?.cause.summary?.startTimeUnixNano ?? 0)
const quoted = ({ summary }: Relation['cause']): string => `“${summary?.name ?? 'a span'}”`
const nameOf = (end: Relation['cause']): string => end.summary?.serviceName ?? 'A span'
