/** What the page shows, as its path says. */
export type Route =
  | { readonly screen: 'stream' }
  | { readonly screen: 'traces' }
  | { readonly screen: 'trace'; readonly traceId: string }
  | { readonly screen: 'linked'; readonly traceId: string }
  | { readonly screen: 'dashboard' }
  | { readonly screen: 'unknown' }

/** The route of a path; ids are taken as they are, so that the screen can say what is wrong with them. */
export function readRoute(pathname: string): Route {
  const [first, second, ...rest] = pathname.split('/').slice(1)
  if (rest.length > 0) return { screen: 'unknown' }
  if (first === '' && second === undefined) return { screen: 'stream' }
  if (first === 'dashboard' && second === undefined) return { screen: 'dashboard' }
  if (first === 'traces') {
    return second === undefined ? { screen: 'traces' } : { screen: 'trace', traceId: second.toLowerCase() }
  }
  if (first === 'linked' && second !== undefined) return { screen: 'linked', traceId: second.toLowerCase() }
  return { screen: 'unknown' }
}

/** Query parameters to set; `null` removes one. */
export type QueryChange = { readonly [name: string]: string | null }

/** The address of a view: a path and its query without what is `null`. */
export function addressOf(pathname: string, query: QueryChange = {}, from = new URLSearchParams()): string {
  const params = new URLSearchParams(from)
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === '') params.delete(name)
    else params.set(name, value)
  }
  const text = params.toString()
  return text === '' ? pathname : `${pathname}?${text}`
}
