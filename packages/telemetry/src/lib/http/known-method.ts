/** Methods that are told as they are (http-spans.md, note on `http.request.method`; `QUERY` is RFC 10008's). */
const KNOWN: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'QUERY',
])

/** A method as `http.request.method` tells it: `_OTHER` for those that the conventions do not know. */
export function knownMethod(method: string | undefined): string {
  if (method === undefined) return 'GET'
  if (KNOWN.has(method)) return method
  const upper = method.toUpperCase()
  return KNOWN.has(upper) ? upper : '_OTHER'
}
