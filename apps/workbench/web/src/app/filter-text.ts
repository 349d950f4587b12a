import type { SpanFilter, SpanKind, StatusCode } from '../../../src/api/contract.ts'

/** {@link SpanFilter} without its time window, which has a control and URL parameters of its own. */
export type TextFilter = Omit<SpanFilter, 'from' | 'to'>

/** What is wrong with a piece of a filter's text, which lies between `start` and `end`. */
export type FilterProblem = { readonly start: number; readonly end: number; readonly message: string }

export type ParsedFilter = { readonly filter: TextFilter; readonly problems: readonly FilterProblem[] }

/** A term of the text without its quotes; `quoted` tells which characters were inside them. */
type Term = {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly quoted: readonly boolean[]
  readonly closed: boolean
}

/** Names that may stand before `=`, `:`, `<` or `>`: the filter's own, and those of the row's fields they stand for. */
const keywords: ReadonlyMap<string, string> = new Map([
  ['service', 'service'],
  ['service.name', 'service'],
  ['operation', 'operation'],
  ['name', 'operation'],
  ['kind', 'kind'],
  ['status', 'status'],
  ['status.code', 'status'],
  ['duration', 'duration'],
  ['trace', 'traceId'],
  ['trace_id', 'traceId'],
  ['has', 'has'],
  ['-has', '-has'],
  ['is', 'is'],
  ['-is', '-is'],
  ['linked_from', 'linkedFrom'],
])

const linkPrefix = 'link.'
const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] satisfies SpanKind[]
const statuses = ['unset', 'ok', 'error'] satisfies StatusCode[]
const durationForm = /^\d+(\.\d+)?(ns|us|µs|ms|s|m|h)$/

/**
 * Reads the text of a filter bar. Terms are separated by blanks and must all hold; quotes keep blanks and take the special meaning
 * from what they hold:
 *
 *     service=gateway  operation="GET /roll"  kind=server  status=error  duration>=100ms  duration<=2s
 *     trace=<id>  has:link  -has:link  is:root  -is:root  linked_from=<trace id>  link.<key>=<value>  <attribute>=<value>
 *     any other words
 *
 * `"kind"=x` asks for an attribute that is called like one of the filter's own names.
 */
export function parseFilterText(text: string): ParsedFilter {
  const filter: { -readonly [K in keyof TextFilter]: TextFilter[K] } = {}
  const attribute: string[] = []
  const linkAttribute: string[] = []
  const words: string[] = []
  const problems: FilterProblem[] = []

  for (const term of termsOf(text)) {
    const problem = (message: string) => problems.push({ start: term.start, end: term.end, message })
    if (!term.closed) {
      problem('A quote is not closed.')
      continue
    }
    const condition = conditionOf(term)
    if (!condition) {
      words.push(term.text)
      continue
    }
    const { key, operator, value } = condition
    if (value === '' && key !== 'attribute' && key !== 'link') {
      problem(`${condition.name}: a value is missing.`)
      continue
    }
    const once = (field: 'service' | 'operation' | 'traceId' | 'linkedFrom', checked = value) => {
      if (filter[field] === undefined) filter[field] = checked
      else problem(`${condition.name} is given twice. All terms must hold, so a span would need both.`)
    }
    const oneOf = <T extends string>(field: 'kind' | 'status', values: readonly T[]): T | undefined => {
      const found = values.find((each) => each === value.toLowerCase())
      if (filter[field] !== undefined) problem(`${condition.name} is given twice. All terms must hold.`)
      else if (!found) problem(`${condition.name}: expected ${values.join(', ')}; received ${value}.`)
      return filter[field] === undefined ? found : undefined
    }
    switch (key) {
      case 'service':
      case 'operation':
        once(key)
        break
      case 'traceId':
        if (isTraceId(value)) once(key, value.toLowerCase())
        else problem(`${condition.name}: expected a trace id, 32 hex digits.`)
        break
      case 'linkedFrom':
        if (isTraceOrSpanId(value)) once(key, value.toLowerCase())
        else problem(`${condition.name}: expected a trace id, or a trace id, / and a span id.`)
        break
      case 'kind': {
        const kind = oneOf('kind', kinds)
        if (kind) filter.kind = kind
        break
      }
      case 'status': {
        const status = oneOf('status', statuses)
        if (status) filter.status = status
        break
      }
      case 'duration': {
        const field = operator.startsWith('>')
          ? 'minDuration'
          : operator.startsWith('<')
            ? 'maxDuration'
            : null
        if (!field) problem('duration: compare it with >= or <=, such as duration>=100ms.')
        else if (!durationForm.test(value))
          problem(`duration: expected such as 250ms, 1.5s or 2m; received ${value}.`)
        else if (filter[field] !== undefined) problem(`duration${operator} is given twice.`)
        else filter[field] = value.replace('µs', 'us')
        break
      }
      case 'has':
      case '-has':
      case 'is':
      case '-is': {
        const [field, expected] = key.endsWith('has')
          ? (['hasLink', 'link'] as const)
          : (['isRoot', 'root'] as const)
        if (value !== expected) problem(`${condition.name}: expected ${expected}, received ${value}.`)
        else if (filter[field] !== undefined) problem(`${key.replace('-', '')}:${expected} is given twice.`)
        else filter[field] = !key.startsWith('-')
        break
      }
      case 'link':
        linkAttribute.push(`${condition.name}=${value}`)
        break
      default:
        attribute.push(`${condition.name}=${value}`)
    }
  }
  if (words.length > 0) filter.text = words.join(' ')
  if (attribute.length > 0) filter.attribute = attribute
  if (linkAttribute.length > 0) filter.linkAttribute = linkAttribute
  return { filter, problems }
}

/** The text that {@link parseFilterText} reads as `filter`. */
export function formatFilterText(filter: TextFilter): string {
  const terms: string[] = []
  const add = (term: string, value: string | undefined) => {
    if (value !== undefined && value !== '') terms.push(term + quoteValue(value))
  }
  add('service=', filter.service)
  add('operation=', filter.operation)
  add('kind=', filter.kind)
  add('status=', filter.status)
  add('duration>=', filter.minDuration)
  add('duration<=', filter.maxDuration)
  add('trace=', filter.traceId)
  if (filter.isRoot !== undefined) terms.push(filter.isRoot ? 'is:root' : '-is:root')
  if (filter.hasLink !== undefined) terms.push(filter.hasLink ? 'has:link' : '-has:link')
  add('linked_from=', filter.linkedFrom)
  for (const condition of filter.linkAttribute ?? []) {
    const [key, value] = splitCondition(condition)
    terms.push(`${linkPrefix}${quoteKey(key)}=${quoteValue(value)}`)
  }
  for (const condition of filter.attribute ?? []) {
    const [key, value] = splitCondition(condition)
    const own = keywords.has(key) || key.startsWith(linkPrefix) || key.startsWith('-')
    terms.push(`${own ? quote(key) : quoteKey(key)}=${quoteValue(value)}`)
  }
  if (filter.text) {
    const plain = filter.text.split(' ').every((word) => word !== '' && isPlainWord(word))
    terms.push(plain ? filter.text : quote(filter.text))
  }
  return terms.join(' ')
}

/** Parameters of the API for a filter; conditions on attributes are repeated. */
export function filterParams(filter: SpanFilter): URLSearchParams {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(filter)) {
    if (Array.isArray(value)) for (const each of value) params.append(name, each)
    else if (value !== undefined) params.set(name, String(value))
  }
  return params
}

export const isTraceId = (text: string): boolean => /^[0-9a-f]{32}$/i.test(text)

const isTraceOrSpanId = (text: string): boolean => /^[0-9a-f]{32}(\/[0-9a-f]{16})?$/i.test(text)

type Condition = {
  readonly key: string
  readonly name: string
  readonly operator: string
  readonly value: string
}

/** The condition a term states; `undefined` when it is a word to look for. */
function conditionOf({ text, quoted }: Term): Condition | undefined {
  for (let at = 0; at < text.length; at++) {
    if (quoted[at] || !'=:<>'.includes(text.charAt(at))) continue
    const name = text.slice(0, at)
    if (name === '') return undefined
    const keyword = quoted.slice(0, at).includes(true) ? undefined : keywords.get(name)
    const compares = keyword === 'duration' && '<>'.includes(text.charAt(at)) && text.charAt(at + 1) === '='
    const operator = text.slice(at, at + (compares ? 2 : 1))
    const value = text.slice(at + operator.length)
    if (keyword && (keyword === 'duration' || !'<>'.includes(operator))) {
      return { key: keyword, name, operator, value }
    }
    if (operator !== '=') continue
    const onLink = name.startsWith(linkPrefix) && !quoted.slice(0, linkPrefix.length).includes(true)
    if (onLink) return { key: 'link', name: name.slice(linkPrefix.length), operator, value }
    return { key: 'attribute', name, operator, value }
  }
  return undefined
}

function* termsOf(text: string): Generator<Term> {
  let at = 0
  while (at < text.length) {
    if (isBlank(text.charAt(at))) {
      at++
      continue
    }
    const start = at
    let plain = ''
    let inside = false
    let empty = true
    const quoted: boolean[] = []
    for (; at < text.length && (inside || !isBlank(text.charAt(at))); at++) {
      let char = text.charAt(at)
      empty = false
      if (char === '"') {
        inside = !inside
        continue
      }
      if (inside && char === '\\' && /["\\]/.test(text.charAt(at + 1))) char = text.charAt(++at)
      plain += char
      quoted.push(inside)
    }
    if (!empty && (plain !== '' || inside)) yield { start, end: at, text: plain, quoted, closed: !inside }
  }
}

const isBlank = (char: string): boolean => /\s/.test(char)

function splitCondition(condition: string): readonly [key: string, value: string] {
  const at = condition.indexOf('=')
  return at < 0 ? [condition, ''] : [condition.slice(0, at), condition.slice(at + 1)]
}

const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`
const quoteValue = (text: string): string => (/[\s"]/.test(text) ? quote(text) : text)
const quoteKey = (text: string): string => (/[\s":<>]/.test(text) ? quote(text) : text)
const isPlainWord = (word: string): boolean => !/[\s"=:<>]/.test(word)
