import { REDACTED, SENSITIVE } from './redact-url.ts'

/** `url.path` and `url.query` of a request target. */
export interface RequestUrl {
  readonly path?: string
  /** With {@link SENSITIVE} values redacted; missing where there is none. */
  readonly query?: string
}

/**
 * Paths that WHATWG's URL parser would give back as they are: no host in front (`//`), no segment that begins with a dot,
 * encoded or not, and no character that it encodes.
 */
export const PLAIN_PATH = /^(?!\/\/)(?:\/(?:(?!%2e)[\w!$&'()*+,;=:@~%-][\w!$&'()*+,;=:@~%.-]*)?)+$/i

/** Queries that URLSearchParams would give back as they are: every parameter has one `=`, and nothing is encoded. */
const PLAIN_QUERY = /^[\w*+.-]+=[\w*+.-]*(?:&[\w*+.-]+=[\w*+.-]*)*$/

const MAYBE_SENSITIVE = new RegExp(`(?:${SENSITIVE.join('|')})=`)

/**
 * Path and query of a request target, as WHATWG's URL parser tells them; neither where it cannot.
 *
 * @param origin of the server, to which the target is relative
 * @param parses whether `origin` is one that the parser takes
 */
export function readUrl(target: string, origin: string, parses: boolean): RequestUrl {
  if (!parses) return NOTHING_TOLD
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  const query = mark === -1 ? '' : target.slice(mark + 1)
  const plain = PLAIN_PATH.test(path)
  if (plain && query === '') return { path }
  if (plain && PLAIN_QUERY.test(query) && !MAYBE_SENSITIVE.test(query)) return { path, query }
  return parseUrl(target, origin)
}

const NOTHING_TOLD: RequestUrl = {}

function parseUrl(target: string, origin: string): RequestUrl {
  let url: URL
  try {
    url = new URL(target, origin)
  } catch {
    return NOTHING_TOLD
  }
  if (url.search === '') return { path: url.pathname }
  const { searchParams } = url
  for (const name of SENSITIVE) if (searchParams.has(name)) searchParams.set(name, REDACTED)
  return { path: url.pathname, query: searchParams.toString() }
}
