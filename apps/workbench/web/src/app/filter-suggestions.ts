/** Values that a filter's terms may take, as far as the page knows them. */
export type KnownValues = { readonly services: readonly string[]; readonly operations: readonly string[] }

export type FilterSuggestion = {
  /** What stands in the list. */
  readonly label: string
  /** What it means; empty where the label says all. */
  readonly hint: string
  /** The text between `start` and `end` becomes `text`. */
  readonly start: number
  readonly end: number
  readonly text: string
  /** Whether the term is complete, so that a blank may follow. */
  readonly complete: boolean
}

/** More do not fit beside a filter bar; typing narrows them. */
const most = 12

const terms = [
  ['service=', 'spans of a service'],
  ['operation=', 'the span’s name'],
  ['status=', 'error, ok or unset'],
  ['duration>=', 'at least, such as 100ms'],
  ['duration<=', 'at most, such as 1.5s'],
  ['kind=', 'server, client, internal, producer or consumer'],
  ['has:link', 'spans that hold a link'],
  ['is:root', 'spans without a parent'],
  ['link.linked_traces.relation=', 'an attribute of a link'],
  ['linked_from=', 'spans that a trace holds a link to'],
  ['trace=', 'spans of a trace'],
  ['http.route=', 'or any other attribute=value'],
] as const

const fixed: Readonly<Record<string, readonly string[]>> = {
  status: ['error', 'ok', 'unset'],
  kind: ['server', 'client', 'internal', 'producer', 'consumer'],
  has: ['link'],
  '-has': ['link'],
  is: ['root'],
  '-is': ['root'],
}

/** What could be written at `caret`: names of terms, or the values of the term that was begun. */
export function filterSuggestions(text: string, caret: number, known: KnownValues): FilterSuggestion[] {
  const start = termStart(text, caret)
  const written = text.slice(start, caret)
  const [, key, operator, begun] = /^(-?[a-z.]+)([=:])"?(.*)$/s.exec(written) ?? []
  if (key !== undefined && begun !== undefined) {
    const values =
      key === 'service' ? known.services : key === 'operation' ? known.operations : (fixed[key] ?? [])
    return matching(values, begun).map((value) => ({
      label: value,
      hint: '',
      start,
      end: caret,
      text: `${key}${operator}${/[\s"]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : value}`,
      complete: true,
    }))
  }
  return terms
    .filter(([term]) => term.startsWith(written.toLowerCase()) && term !== written)
    .map(([term, hint]) => ({
      label: term,
      hint,
      start,
      end: caret,
      text: term,
      complete: !/[=:]$/.test(term),
    }))
}

/** Values that contain what was begun, those that begin with it first. */
function matching(values: readonly string[], begun: string): string[] {
  const part = begun.toLowerCase()
  const first: string[] = []
  const second: string[] = []
  for (const value of values) {
    const at = value.toLowerCase().indexOf(part)
    if (at === 0 && value !== begun) first.push(value)
    else if (at > 0) second.push(value)
    if (first.length === most) break
  }
  return [...first, ...second].slice(0, most)
}

/** Where the term around the caret begins; blanks within quotes do not part terms. */
function termStart(text: string, caret: number): number {
  let start = 0
  let inside = false
  for (let at = 0; at < caret; at++) {
    if (text[at] === '"' && text[at - 1] !== '\\') inside = !inside
    else if (!inside && /\s/.test(text.charAt(at))) start = at + 1
  }
  return start
}
