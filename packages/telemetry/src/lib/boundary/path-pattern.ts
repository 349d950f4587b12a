/** `/exact`, or a prefix that was written with a `*` at its end; in the form of {@link normalPath}. */
export interface PathPattern {
  /** The path without its `*`, and without slashes at its end. */
  readonly path: string
  /** What else begins so is meant too. */
  readonly prefix?: string
}

/** Reads a pattern; `undefined` unless it begins with `/` and has no `*` but at its end, no query and no space. */
export function parsePathPattern(pattern: string): PathPattern | undefined {
  const isPrefix = pattern.endsWith('*')
  const text = isPrefix ? pattern.slice(0, -1) : pattern
  if (!text.startsWith('/') || /[*?#\s]/.test(text) || AMBIGUOUS.test(text)) return undefined
  const prefix = unify(text)
  const path = withoutLastSlash(prefix)
  return isPrefix ? { path, prefix } : { path }
}

/** Whether a request's path, as {@link normalPath} gives it, is one the pattern means. */
export function matchesPath({ path, prefix }: PathPattern, asked: string): boolean {
  return asked === path || (prefix !== undefined && asked.startsWith(prefix))
}

/**
 * What routers read in different ways: `.` and `..` segments, percent-encoded or not, `\` and a `//` that comes first
 * (a slash, and a host, to WHATWG's URL), and the control characters that Node's parser lets through.
 */
const AMBIGUOUS = /^\/\/|[\\\t\f]|\/(?:\.|%2e){1,2}(?:\/|$)/i

/** Paths that are in the one form already: the common case, told without making a string. */
const PLAIN = /^(?:\/[a-z\d_~-][a-z\d._~-]*)+$/

/**
 * The path of a request target in the one form that rules are compared in: lower case, repeated slashes folded, none
 * at the end, and percent-encoded only what has to be. Routers take some or all of these spellings for the same path, so a
 * caller must not choose the rule by choosing among them.
 *
 * `undefined` when routers do not agree on what is meant ({@link AMBIGUOUS}). HTTP clients send no such paths unless they
 * are told to.
 *
 * @param target in origin form, in the absolute form that proxies receive, or `*` (RFC 9112, 3.2)
 */
export function normalPath(target: string): string | undefined {
  const local = target.startsWith('/') ? target : withFirstSlash(target.replace(ORIGIN, ''))
  const end = local.search(/[?#]/)
  const path = end === -1 ? local : local.slice(0, end)
  if (PLAIN.test(path)) return path
  return AMBIGUOUS.test(path) ? undefined : withoutLastSlash(unify(path))
}

/** Scheme and authority. */
const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/[^/?#\\]*/i

/** What `encodeURIComponent` leaves as it is, and every router decodes that decodes at all. */
const NEVER_ENCODED = /^[\w.~!*'()-]$/

function unify(path: string): string {
  const decoded = path.includes('%')
    ? path.replace(/%([\da-f]{2})/gi, (encoded, hex) => {
        const character = String.fromCharCode(Number.parseInt(hex, 16))
        return NEVER_ENCODED.test(character) ? character : encoded
      })
    : path
  return decoded.replace(/\/{2,}/g, '/').toLowerCase()
}

function withFirstSlash(path: string): string {
  return path.startsWith('/') ? path : `/${path}`
}

function withoutLastSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

/**
 * Whether a request target is one of several patterns; one that cannot be told is none.
 *
 * @throws TypeError for what {@link parsePathPattern} refuses.
 */
export function compilePaths(patterns: readonly string[]): (target: string) => boolean {
  const compiled = patterns.map(compilePathPattern)
  if (compiled.length === 0) return () => false
  return (target) => {
    const path = normalPath(target)
    return path !== undefined && compiled.some((pattern) => matchesPath(pattern, path))
  }
}

/** {@link parsePathPattern} for patterns that were checked before. */
export function compilePathPattern(pattern: string): PathPattern {
  const parsed = parsePathPattern(pattern)
  if (parsed === undefined) throw new TypeError(`Not a path pattern: ${JSON.stringify(pattern)}`)
  return parsed
}
