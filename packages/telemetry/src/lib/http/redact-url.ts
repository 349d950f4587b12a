/** Parameters whose values give access to something (url.md, notes on `url.full` and `url.query`). */
export const SENSITIVE: readonly string[] = [
  'sig',
  'Signature',
  'AWSAccessKeyId',
  'X-Goog-Signature',
  'X-Amz-Signature',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
]

/** What stands in place of what is not to be told. */
export const REDACTED = 'REDACTED'

/** A parameter that is one of them as it stands, or may be one when its name is decoded. */
const MAYBE_SENSITIVE = new RegExp(`[?&](?:(?:${SENSITIVE.join('|')})=|[^=&]*%)`)

/** Takes a user's name and password out of a URL (url.md, `url.full`). */
export function redactCredentials(url: URL): void {
  if (url.username !== '') url.username = REDACTED
  if (url.password !== '') url.password = REDACTED
}

/** The query of a URL, with its question mark, without the values of {@link SENSITIVE}; all else stays as it was written. */
export function redactSearch(search: string): string {
  if (!MAYBE_SENSITIVE.test(search)) return search
  const parameters = search.slice(1).split('&')
  return `?${parameters.map(redact).join('&')}`
}

function redact(parameter: string): string {
  const end = parameter.indexOf('=')
  if (end === -1) return parameter
  const written = parameter.slice(0, end)
  const [[name = ''] = []] = new URLSearchParams(written)
  return SENSITIVE.includes(name) ? `${written}=${REDACTED}` : parameter
}
