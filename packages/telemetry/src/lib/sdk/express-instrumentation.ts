import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '@opentelemetry/instrumentation'
import type { Express } from '../http/express-routes.ts'
import { traceRoutes } from '../http/express-routes.ts'
import { DISTRO } from './distro.ts'

/** Tells `http.route` of the requests that Express 4 and 5 handle, and makes spans of their handlers when asked to. */
export class ExpressRouteInstrumentation extends InstrumentationBase {
  readonly #handlerSpans: boolean
  #untrace: (() => void) | undefined

  constructor(handlerSpans: boolean) {
    // The modules to patch are asked for, and patched, before this class's fields are there.
    super(`${DISTRO.name}/express`, DISTRO.version, { enabled: false })
    this.#handlerSpans = handlerSpans
  }

  protected override init() {
    return new InstrumentationNodeModuleDefinition(
      'express',
      ['>=4.0.0 <6'],
      (exports: Express) => {
        this.#untrace = traceRoutes(exports, () => (this.#handlerSpans ? this.tracer : undefined))
        return exports
      },
      () => this.#untrace?.(),
    )
  }
}
