import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '@opentelemetry/instrumentation'
import type { Express } from '../http/express-routes.ts'
import { traceRoutes } from '../http/express-routes.ts'
import { DISTRO } from './distro.ts'
import type { ReachedByRequire } from './esm-hooks.ts'

const VERSIONS = ['>=4.0.0 <6']

/** Tells `http.route` of the requests that Express 4 and 5 handle, and makes spans of their handlers when asked to. */
export class ExpressRouteInstrumentation extends InstrumentationBase implements ReachedByRequire {
  readonly reachedByRequire = true
  readonly #handlerSpans: boolean
  /** What takes it back, by what was patched: as many as the application has copies of Express. */
  readonly #traced = new Map<Express['Router'], () => void>()

  constructor(handlerSpans: boolean) {
    // The modules to patch are asked for, and patched, before this class's fields are there.
    super(`${DISTRO.name}/express`, DISTRO.version, { enabled: false })
    this.#handlerSpans = handlerSpans
  }

  /**
   * In the file that Express's own `index.js` requires, as well as in what that exports: where an application imports
   * Express, Node has `index.js` run by its CommonJS loader, in which the import hook has no part and `require` has.
   */
  protected override init() {
    const patch = (exports: Express) => {
      this.#trace(exports)
      return exports
    }
    return new InstrumentationNodeModuleDefinition('express', VERSIONS, patch, () => this.#untraceAll(), [
      new InstrumentationNodeModuleFile('express/lib/express.js', VERSIONS, patch, () => this.#untraceAll()),
    ])
  }

  #trace(exports: Express): void {
    const { Router } = exports
    if (this.#traced.has(Router)) return
    this.#traced.set(
      Router,
      traceRoutes(exports, () => (this.#handlerSpans ? this.tracer : undefined)),
    )
  }

  #untraceAll(): void {
    for (const untrace of this.#traced.values()) untrace()
    this.#traced.clear()
  }
}
