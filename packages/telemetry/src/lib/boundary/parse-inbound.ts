import type { InboundProblem } from './check-inbound.ts'
import { checkRule, isInboundMode } from './check-inbound.ts'
import type { InboundPolicy, InboundRule } from './inbound-policy.ts'

/** A policy read from text, or every reason why it cannot be. */
export type ParsedInbound =
  | { readonly policy: InboundPolicy; readonly problems: readonly [] }
  | { readonly policy?: never; readonly problems: readonly InboundProblem[] }

const RULE = /^(?:(?<method>\S+)\s+)?(?<path>\S+)\s*=\s*(?<mode>[^\s:]+)(?<untrusted>:untrusted)?$/

/**
 * Reads the text form of an inbound policy (`LINKED_TRACES_INBOUND`): one mode for every request, or rules in order,
 * separated by commas: `GET /hooks/*=link:untrusted,/*=continue`. A path with a comma in it needs the code form.
 */
export function parseInbound(text: string): ParsedInbound {
  const trimmed = text.trim()
  if (isInboundMode(trimmed)) return { policy: trimmed, problems: [] }
  const rules: InboundRule[] = []
  const problems: InboundProblem[] = []
  for (const part of trimmed.split(',')) {
    const written = part.trim()
    const { method, path, mode, untrusted } = RULE.exec(written)?.groups ?? {}
    if (path === undefined) {
      problems.push({
        expected: 'continue, link, ignore, or rules such as "GET /hooks/*=link,/*=continue"',
        received: JSON.stringify(written),
        cure: 'Write each rule as [METHOD ]/path=mode or [METHOD ]/path=mode:untrusted, with commas between them.',
      })
      continue
    }
    const rule = { path, ...(method && { method }), ...(untrusted && { trusted: false }) }
    const found = checkRule({ ...rule, mode }, `${JSON.stringify(written)} with `)
    problems.push(...found)
    if (isInboundMode(mode)) rules.push({ ...rule, mode })
  }
  return problems.length === 0 ? { policy: rules, problems: [] } : { problems }
}
