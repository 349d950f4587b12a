import { counted } from '../app/counted.ts'
import { formatDuration } from '../app/format-duration.ts'
import { isEarlier, missingWords, verbOf, waitWords } from './relation-words.ts'
import { type Relation, refKey } from './relations.ts'

/** More than this many sentences are not read by anybody. */
const mostSentences = 3

/** What happened between the traces, in sentences for somebody who sees them for the first time. `untoldTraces` are linked and not here. */
export function story(relations: readonly Relation[], traceCount: number, untoldTraces = 0): string[] {
  const between = relations.filter(({ cause, effect }) => cause.traceId !== effect.traceId)
  // Tries are a story of their own, also within one trace.
  const tries = relations.filter(
    (relation) => relation.relation === 'previous_attempt' && !isMissing(relation),
  )
  const others = between.filter((relation) => !tries.includes(relation))
  if (between.length + tries.length === 0)
    return ['No link leads from this trace to another, and none leads here.']
  const told = [...groupsOf(others), ...chainsOf(tries)].sort(
    ([a], [b]) => Number(isMissing(a)) - Number(isMissing(b)) || startOf(a) - startOf(b),
  )
  const sentences = told.slice(0, mostSentences).map(sentenceOf)
  const untold = told.length - sentences.length
  if (untold > 0) sentences.push(`${untold} more ${untold === 1 ? 'relation' : 'relations'} below.`)
  if (between.length > 0 && between.every(({ bothWays }) => bothWays))
    sentences.push(traceCount === 2 ? 'The two traces are linked both ways.' : 'All are linked both ways.')
  if (untoldTraces > 0)
    sentences.push(
      `${counted(untoldTraces, 'more trace')} ${untoldTraces === 1 ? 'is' : 'are'} not told of here.`,
    )
  return sentences
}

/** Relations that one sentence can tell. */
function groupsOf(relations: readonly Relation[]): Relation[][] {
  const fanIn = Map.groupBy(relations, ({ effect, relation }) => `${refKey(effect)} ${verbOf(relation)}`)
  const groups = Map.groupBy(relations, (relation) => {
    const { cause, effect } = relation
    // All that is missing is told at once, by whoever links to it.
    if (isMissing(relation)) return `missing ${(cause.summary ? cause : effect).traceId}`
    const verb = verbOf(relation.relation)
    const effectKey = `${refKey(effect)} ${verb}`
    if ((fanIn.get(effectKey)?.length ?? 0) > 1) return effectKey
    return [cause.traceId, cause.summary?.serviceName, verb, effect.summary?.serviceName].join(' ')
  })
  return [...groups.values()]
}

/** Tries at the same work that hang together, in the order of their start. */
function chainsOf(tries: readonly Relation[]): Relation[][] {
  const chains: Relation[][] = []
  for (const relation of [...tries].sort((a, b) => startOf(a) - startOf(b))) {
    const chain = chains.find((those) =>
      those.some(({ effect, cause }) =>
        [refKey(effect), refKey(cause)].some(
          (end) => end === refKey(relation.cause) || end === refKey(relation.effect),
        ),
      ),
    )
    if (chain) chain.push(relation)
    else chains.push([relation])
  }
  return chains
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
  if (relation.relation === 'previous_attempt') return tried(group, from, wait)
  if (causes > 1) return gathered(group, to, causes)
  switch (relation.relation) {
    case 'caller':
      return effects === 1
        ? `${nameOf(cause)} called ${to}, which began a trace of its own${wait}.`
        : `${nameOf(cause)} called ${to} ${effects} times; each call began a trace of its own.`
    case 'origin':
      return effects === 1
        ? `${nameOf(cause)} started ${quoted(effect)}${to === from ? '' : ` in ${to}`}, a trace of its own${wait && `,${wait.replace(/^,/, '')}`}.`
        : `${nameOf(cause)} started ${effects} traces in ${to}, the first${wait}.`
    case 'message':
      if (effects > 1)
        return `${nameOf(cause)} sent messages that ${to} took up in ${effects} traces, the first${wait}.`
      return group.length === 1
        ? `${nameOf(cause)} sent a message that ${to} took up${wait}.`
        : `${nameOf(cause)} sent ${group.length} messages that ${to} took up at once${wait}.`
    case 'part':
      return group.length === 1
        ? `${to} gathered a part from ${from}${wait}.`
        : `${to} gathered ${group.length} parts from ${from}.`
    case 'result':
      return effects === 1
        ? `${quoted(effect)} in ${to} used the result of ${quoted(cause)}${wait}.`
        : `${effects} traces of ${to} used the result of ${quoted(cause)}, the first${wait}.`
    default:
      return `${nameOf(cause)} ${verbOf(relation.relation)} ${quoted(effect)} in ${to}${wait}.`
  }
}

/** Of one effect with several causes. */
function gathered(group: readonly Relation[], to: string, causes: number): string {
  const { relation, effect } = group[0] as Relation
  const services = new Set(group.map(({ cause }) => cause.summary?.serviceName))
  const [only] = services
  const from =
    services.size > 1
      ? `${causes} traces`
      : only === to
        ? `${causes} of its own traces`
        : `${causes} ${only} traces`
  switch (relation) {
    case 'caller':
      return `${quoted(effect)} in ${to} was called from ${from}.`
    case 'message':
      return `${to} took up messages from ${from} at once.`
    case 'part':
      return `${to} gathered the results of ${from} in ${quoted(effect)}.`
    case 'result':
      return `${quoted(effect)} in ${to} used the results of ${from}.`
    default:
      return `${quoted(effect)} in ${to} came about because of ${from}.`
  }
}

/** Of one piece of work that was tried again, once or several times. */
function tried(chain: readonly Relation[], service: string, wait: string): string {
  const ends = new Map(chain.flatMap(({ cause, effect }) => [cause, effect]).map((end) => [refKey(end), end]))
  const tries = [...ends.values()].sort((a, b) => begin(a) - begin(b))
  const work = quoted(tries[0] as Relation['cause'])
  const failed = tries.map(({ summary }) => summary?.status === 'error')
  const end = failed.every(Boolean)
    ? tries.length === 2
      ? '; both failed'
      : '; all failed'
    : failed.slice(0, -1).every(Boolean)
      ? '; the last did not fail'
      : ''
  return tries.length === 2
    ? `${service} tried ${work} again${wait}${end}.`
    : `${service} tried ${work} ${tries.length} times${end}.`
}

/** ` 12 ms later`, of the first effect. */
function lateness(group: readonly Relation[]): string {
  const [first] = group
    .filter(({ waitNano }) => waitNano !== null)
    .sort((a, b) => (a.waitNano ?? 0) - (b.waitNano ?? 0))
  if (!first) return ''
  return isEarlier(first)
    ? `, ${formatDuration(-(first.waitNano ?? 0))} earlier by its own clock`
    : ` ${waitWords(first.waitNano, first.clockNano)}`
}

const isMissing = (relation: Relation | undefined): boolean =>
  !relation?.cause.summary || !relation.effect.summary
const begin = (end: Relation['cause']): number => Number(end.summary?.startTimeUnixNano ?? 0)
const startOf = (relation: Relation | undefined): number => (relation ? begin(relation.cause) : 0)
const quoted = ({ summary }: Relation['cause']): string => `“${summary?.name ?? 'a span'}”`
const nameOf = (end: Relation['cause']): string => end.summary?.serviceName ?? 'A span'
