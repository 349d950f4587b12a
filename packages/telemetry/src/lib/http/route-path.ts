/** More combinations than any application has: what comes after is worked out each time. */
const MAX_CHILDREN = 1000

/** Paths that match everything below: they add nothing to a route. */
const CATCH_ALL = /^\/\{\*[^}]*\}$/

/**
 * The paths of the layers that a request is in, from the outside in, and the route they make together. Each combination
 * is worked out once.
 */
export class RoutePath {
  /** The one of a request that no layer with a path has been given yet. */
  static readonly ROOT = new RoutePath([])

  /** The paths as one, without those that add nothing; empty where none adds anything. */
  readonly joined: string
  readonly #paths: readonly string[]
  readonly #children = new Map<string, RoutePath>()
  /** Whether there is nothing to it but where the application is. */
  readonly #isTop: boolean
  /** Whether any request may have got here by this route, or only those whose target begins with it. */
  readonly #isPattern: boolean
  readonly #route: string

  private constructor(paths: readonly string[]) {
    this.#paths = paths
    this.#isTop = paths.every((path) => path === '/')
    const telling = paths.filter((path) => path !== '/' && path !== '/*' && !CATCH_ALL.test(path))
    const joined = telling.join('').replace(/\/{2,}/g, '/')
    const isExpression = joined.includes('/') && /[,\\*[]/.test(joined)
    this.joined = joined
    this.#isPattern = joined === '*' || isExpression || /[:*]/.test(joined)
    this.#route = joined === '*' || isExpression || joined.startsWith('/') ? joined : `/${joined}`
  }

  /** This path with another below it. */
  child(path: string): RoutePath {
    const known = this.#children.get(path)
    if (known !== undefined) return known
    const child = new RoutePath([...this.#paths, path])
    if (this.#children.size < MAX_CHILDREN) this.#children.set(path, child)
    return child
  }

  /**
   * `http.route` of a request with this target that is here; `undefined` where it is not known. Plain text is a route only
   * of what it is the beginning of.
   */
  routeOf(target: string): string | undefined {
    if (this.#paths.length === 0) return undefined
    if (this.#isTop) return target === '/' ? '/' : undefined
    return this.#isPattern || target.startsWith(this.#route) ? this.#route : undefined
  }
}
