const LONGEST = 120

/**
 * A refused value as an error may show it: quoted, at most 120 characters, and without what could be a secret in it
 * (Axiom tokens, credentials and query of a URL).
 */
export function printable(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return value === null ? 'null' : `a value of type ${typeof value}`
  const shown = value
    .replace(/xa[ap]t-[^\s,;]*/gi, '<redacted>')
    // Greedy: a password may itself contain `@` or `/`.
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1<redacted>@')
    .replace(/\?.*/s, '?<redacted>')
  return shown.length <= LONGEST
    ? JSON.stringify(shown)
    : `${JSON.stringify(shown.slice(0, LONGEST))} and ${shown.length - LONGEST} more characters`
}
