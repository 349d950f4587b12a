import { createRequire } from 'node:module'
import type * as ImportInTheMiddle from 'import-in-the-middle'

/** As `@opentelemetry/instrumentation` gives them. */
type Arguments = [modules: string[], options: ImportInTheMiddle.Options, hookFn: ImportInTheMiddle.HookFn]

const require = createRequire(import.meta.url)
/** Those of our instrumentations, one for each module they patch; until `createImportHooks`. */
const waiting = new Set<Hook>()
let isLoaded = false

/**
 * The build puts it in the place of `Hook` of import-in-the-middle, which costs 5 ms and has nothing to hook before loader
 * hooks are there: `createImportHooks` makes hooks of what has waited for it.
 */
export class Hook {
  readonly #arguments: Arguments
  #hook: ImportInTheMiddle.Hook | undefined

  constructor(...values: Arguments) {
    this.#arguments = values
    if (isLoaded) this.create()
    else waiting.add(this)
  }

  create(): void {
    const original: typeof ImportInTheMiddle = require('import-in-the-middle')
    this.#hook = new original.Hook(...this.#arguments)
  }

  unhook(): void {
    waiting.delete(this)
    this.#hook?.unhook()
  }
}

/** Before the first module comes by that loader hooks may have wrapped. */
export function createImportHooks(): void {
  isLoaded = true
  for (const hook of waiting) {
    waiting.delete(hook)
    hook.create()
  }
}
