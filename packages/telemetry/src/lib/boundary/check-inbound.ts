import type { InboundMode, InboundRule } from './inbound-policy.ts'
import { parsePathPattern } from './path-pattern.ts'

/** Why a policy cannot be honoured, in the words of a configuration error. */
export interface InboundProblem {
  readonly expected: string
  readonly received: string
  /** What to do, as a sentence. */
  readonly cure: string
}

const MODES: ReadonlySet<unknown> = new Set<InboundMode>(['continue', 'link', 'ignore'])
const MODE_NAMES = 'continue, link or ignore'

/** Whether a value is one of the three modes. */
export function isInboundMode(value: unknown): value is InboundMode {
  return MODES.has(value)
}

/** Every problem of a policy that came from code, none when it can be honoured. */
export function checkInbound(policy: unknown): InboundProblem[] {
  if (typeof policy === 'function' || isInboundMode(policy)) return []
  if (Array.isArray(policy)) {
    return policy.flatMap((rule: unknown, index) => checkRule(rule, `rule ${index + 1}: `))
  }
  return [
    {
      expected: `${MODE_NAMES}, a list of rules, or a function`,
      received: show(policy),
      cure: `Use one mode for every request, or rules such as { path: '/hooks/*', mode: 'link' }.`,
    },
  ]
}

/** Every problem of one rule; `where` stands before what was received. */
export function checkRule(rule: unknown, where: string): InboundProblem[] {
  if (typeof rule !== 'object' || rule === null) {
    return [
      {
        expected: 'a rule { path, method?, mode, trusted? }',
        received: `${where}${show(rule)}`,
        cure: `Write it as { path: '/hooks/*', mode: 'link' }.`,
      },
    ]
  }
  const { path, method, mode, trusted, ...others }: { [Key in keyof InboundRule]?: unknown } = rule
  const problems: InboundProblem[] = []
  const complain = (expected: string, value: unknown, cure: string) => {
    problems.push({ expected, received: `${where}${show(value)}`, cure })
  }
  // A misspelt `trusted: false` would trust everybody.
  for (const key of Object.keys(others)) {
    complain('path, method, mode and trusted alone', key, 'Correct its name, or remove it.')
  }
  if (typeof path !== 'string' || parsePathPattern(path) === undefined) {
    complain('a path such as /hooks or /hooks/*', path, 'Begin it with /, and use * only at its end.')
  }
  if (method !== undefined && (typeof method !== 'string' || !/^[A-Z][A-Z-]*$/.test(method))) {
    complain('an HTTP method in capitals', method, 'Write it as in GET, or leave it out for every method.')
  }
  if (!isInboundMode(mode)) {
    complain(`the mode ${MODE_NAMES}`, mode, 'Name one of the three.')
  }
  if (trusted !== undefined && typeof trusted !== 'boolean') {
    complain('trusted to be true or false', trusted, 'Leave it out for trusted callers.')
  }
  if (mode === 'continue' && trusted === false) {
    complain(
      'link or ignore for an untrusted caller',
      mode,
      'Nobody can continue the trace of a caller they do not trust.',
    )
  }
  return problems
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
