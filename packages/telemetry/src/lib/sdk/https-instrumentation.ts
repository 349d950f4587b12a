import type https from 'node:https'
import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '@opentelemetry/instrumentation'
import { DISTRO } from './distro.ts'

/** Hands `node:https` on once it is loaded, by whomever. */
export class HttpsInstrumentation extends InstrumentationBase {
  readonly #onLoad: (exports: typeof https) => void

  constructor(onLoad: (exports: typeof https) => void) {
    // The modules to patch are asked for, and patched, before this class's fields are there.
    super(`${DISTRO.name}/https`, DISTRO.version, { enabled: false })
    this.#onLoad = onLoad
  }

  protected override init() {
    return new InstrumentationNodeModuleDefinition('https', ['*'], (exports: typeof https) => {
      this.#onLoad(exports)
      return exports
    })
  }
}
