/** Whether a token is a person's (`xapt-…`): it needs the organization's id, and edge deployments refuse it. */
export function isPersonalToken(token: string): boolean {
  return token.startsWith('xapt-')
}

/** Whether a value was meant as a token, wherever it was put. */
export function looksLikeToken(value: string): boolean {
  return /^xa[ap]t-/.test(value)
}

/** The headers of an export into a dataset (https://axiom.co/docs/send-data/opentelemetry). */
export function axiomHeaders(
  token: string,
  dataset: string,
  orgId: string | undefined,
): Record<string, string> {
  return {
    Authorization: `Bearer ${token}`,
    'X-Axiom-Dataset': dataset,
    ...(isPersonalToken(token) && orgId !== undefined ? { 'X-Axiom-Org-Id': orgId } : {}),
  }
}
