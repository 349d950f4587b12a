import type { InboundProblem } from './check-inbound.ts'
import { checkRule, isInboundMode } from './check-inbound.ts'
import type { InboundPolicy, InboundRule } from './inbound-policy.ts'

/** A policy read from text, or every reason why it cannot be. */
export type ParsedInbound =
  | { readonly policy: InboundPolicy; readonly problems: readonly [] }
  | { readonly policy?: never; readonly problems: readonly InboundProblem[] }

const RULE = /^(?:(?<method>\S+)\s+)?(?<path>\S+)\s*=\s*(?<mode>[^\s:]+)(?<untrusted>:untrusted)?$/i

/**
 * Reads the text form of an inbound policy (`LINKED_TRACES_INBOUND`): one mode for every request, or rules in order,
 * separated by commas: `GET /hooks/*=link:untrusted,/*=continue`. Words are taken in any case. A path with `,`, `=` or `;` in
 * it needs the code form.
 */
export function parseInbound(text: string): ParsedInbound {
  const single = text.trim().toLowerCase()
  if (isInboundMode(single)) return { policy: single, problems: [] }
  const rules: InboundRule[] = []
  const problems: InboundProblem[] = []
  for (const part of text.split(',')) {
    const written = part.trim()
    const { method = '', path, mode: word = '', untrusted } = RULE.exec(written)?.groups ?? {}
    if (path === undefined) {
      problems.push({
        expected: 'continue, link, ignore, or rules such as "GET /hooks/*=link,/*=continue"',
        received: JSON.stringify(written),
        cure: 'Write each rule as [METHOD ]/path=mode or [METHOD ]/path=mode:untrusted, with commas between them.',
      })
      continue
    }
    // Rules that a ; separates would be one path, which no request ever has.
    if (/[=;]/.test(method + path)) {
      problems.push({
        expected: 'a path without = and ;',
        received: JSON.stringify(written),
        cure: 'Separate rules with commas. A path with one of these in it can be given in code.',
      })
      continue
    }
    const mode = word.toLowerCase()
    const rule = {
      path,
      ...(method && { method: method.toUpperCase() }),
      ...(untrusted && { trusted: false }),
    }
    const found = checkRule({ ...rule, mode }, `${JSON.stringify(written)} with `)
    problems.push(...found)
    if (isInboundMode(mode)) rules.push({ ...rule, mode })
  }
  return problems.length === 0 ? { policy: rules, problems: [] } : { problems }
}
