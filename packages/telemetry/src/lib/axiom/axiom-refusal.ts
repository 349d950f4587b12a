/**
 * What to do about an answer of Axiom's that is not a success, as sentences; empty when nothing is known.
 *
 * Sources: https://axiom.co/docs/restapi/introduction and /api-limits, axiom-go's error.go; the wrong edge as three users
 * of the live service were told.
 *
 * @param said the message in the answer.
 */
function cure(status: number, said: string): string {
  switch (status) {
    case 400: {
      const region = /use the ([a-z0-9-]+) edge deployment/i.exec(said)?.[1]
      if (region !== undefined) return `The dataset lives in another region: set AXIOM_DOMAIN=${region}.`
      return 'Check that the dataset of AXIOM_DATASET exists and is of the kind Events, in which traces are kept.'
    }
    case 401:
      return 'Set AXIOM_TOKEN to a token of this organisation that is still valid.'
    case 403:
      return 'Let the token of AXIOM_TOKEN ingest into this dataset, and check that both belong to this region.'
    case 404:
      return 'Create the dataset, or set AXIOM_DATASET to one that exists.'
    case 429:
    case 430:
      return "Sample with OTEL_TRACES_SAMPLER, or raise the organisation's limit."
    default:
      return ''
  }
}

/** Axiom's own status for a used-up quota: the same export is taken when the quota is renewed (axiom-go, limit.go). */
const QUOTA_EXCEEDED = 430

/** When a limit is renewed, in seconds since 1970; of the two kinds that an export can run into. */
const RESET_HEADERS = ['x-ratelimit-reset', 'x-ingestlimit-reset']

/** How long Axiom asks to be left alone by its own headers, in milliseconds (https://axiom.co/docs/restapi/api-limits). */
function retryAfterMillis(header: (name: string) => string | undefined, now: number): number | undefined {
  const resets = RESET_HEADERS.map((name) => header(name)).filter((value) => /^\d+$/.test(value ?? ''))
  if (resets.length === 0) return undefined
  return Math.max(...resets.map((value) => Number(value) * 1000 - now), 0)
}

/** What Axiom's refusals mean beyond what OTLP over HTTP says. */
export const axiomRefusal = { cure, retries: (status: number) => status === QUOTA_EXCEEDED, retryAfterMillis }
