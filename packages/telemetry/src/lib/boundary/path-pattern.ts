/** `/exact`, or a prefix that was written with a `*` at its end. */
export interface PathPattern {
  readonly text: string
  readonly isPrefix: boolean
}

/** Reads a pattern; `undefined` unless it begins with `/` and has no `*` but at its end, no query and no space. */
export function parsePathPattern(pattern: string): PathPattern | undefined {
  const isPrefix = pattern.endsWith('*')
  const text = isPrefix ? pattern.slice(0, -1) : pattern
  return text.startsWith('/') && !/[*?#\s]/.test(text) ? { text, isPrefix } : undefined
}

/** Whether a request's path, as {@link requestPath} gives it, is one the pattern means. */
export function matchesPath(pattern: PathPattern, path: string): boolean {
  return pattern.isPrefix ? path.startsWith(pattern.text) : path === pattern.text
}

/** The path of a request target in origin form, or in the absolute form that proxies receive (RFC 9112, 3.2). */
export function requestPath(target: string): string {
  const path = target.startsWith('/') ? target : target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '')
  const end = path.search(/[?#]/)
  return (end === -1 ? path : path.slice(0, end)) || '/'
}

/** Whether a request target is one of several patterns. @throws TypeError for what {@link parsePathPattern} refuses. */
export function compilePaths(patterns: readonly string[]): (target: string) => boolean {
  const compiled = patterns.map(compilePathPattern)
  return (target) => {
    const path = requestPath(target)
    return compiled.some((pattern) => matchesPath(pattern, path))
  }
}

/** {@link parsePathPattern} for patterns that were checked before. */
export function compilePathPattern(pattern: string): PathPattern {
  const parsed = parsePathPattern(pattern)
  if (parsed === undefined) throw new TypeError(`Not a path pattern: ${JSON.stringify(pattern)}`)
  return parsed
}
