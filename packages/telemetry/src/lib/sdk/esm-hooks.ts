import { createRequire, isBuiltin, register, registerHooks, syncBuiltinESMExports } from 'node:module'
import type { Instrumentation, InstrumentationBase } from '@opentelemetry/instrumentation'
import { hasLoaded } from './has-loaded.ts'
import { registerImportHook, supportsSyncHooks } from './import-hook.ts'
import { createImportHooks } from './late-import-hooks.ts'

/** An instrumentation of CommonJS packages that patches what they require: also where they are imported, `require` does it. */
export interface ReachedByRequire {
  readonly reachedByRequire: true
}

const require = createRequire(import.meta.url)
let installed = false
let awaitsHttps = false

/**
 * Lets instrumentations reach modules that are imported, not required. Call it once they are enabled, and before the
 * application is loaded (`node --import`).
 *
 * The packages that the instrumentations patch need loader hooks, synchronous ones where Node has them (>= 22.22.3,
 * >= 24.11.1, >= 25.1, 26): the asynchronous ones run on a thread of their own, and Node 26 warns of them. Hooks stay
 * away from all other modules, as bundled and unusual ones have been seen to break.
 */
export function installEsmHooks(instrumentations: readonly Instrumentation[]): void {
  patchBuiltinsOnDemand()
  // Loader hooks cannot be taken out again, and a second set would wrap the wrappers.
  const include = instrumentations.flatMap(packagesOf)
  if (installed || include.length === 0) return
  installed = true
  if (supportsSyncHooks()) {
    const others = instrumentations.filter((each) => !isReachedByRequire(each)).flatMap(packagesOf)
    registerImportHook(
      include,
      include.filter((name) => !others.includes(name)),
    )
  } else if (!startedByRequire()) {
    createImportHooks()
    register('import-in-the-middle/hook.mjs', import.meta.url, { data: { include } })
  }
}

/**
 * Whether `--require` has loaded this, in a CommonJS application. The thread of the asynchronous hooks repeats every
 * `--require`, and in there ES modules such as this one cannot be required: it would end the process.
 */
function startedByRequire(): boolean {
  // biome-ignore lint/style/noProcessEnv: the flags of Node itself, and no setting.
  const flags = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ')
  return /(^|\s)(-r|--require)\b/.test(flags) && !/(^|\s)--import\b/.test(flags)
}

/** Loads `node:http` and `node:https` for instrumentations to patch, and copies the result into what ES modules see. */
export function patchBuiltins(): void {
  require('node:http')
  require('node:https')
  syncBuiltinESMExports()
}

/**
 * As `patchBuiltins`, but leaves `node:https` to those who ask for it. Whoever requires it is in the instrumentations' hands;
 * ES modules would be given what it exports before that.
 */
function patchBuiltinsOnDemand(): void {
  if (awaitsHttps) return
  if (!supportsSyncHooks() || hasLoaded('https')) {
    patchBuiltins()
    return
  }
  awaitsHttps = true
  require('node:http')
  syncBuiltinESMExports()
  let isPatching = false
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context)
      // What is required here comes by here as well.
      if (resolved.url === 'node:https' && !isPatching) {
        isPatching = true
        require('node:https')
        syncBuiltinESMExports()
        isPatching = false
      }
      return resolved
    },
  })
}

function isReachedByRequire(instrumentation: Instrumentation): boolean {
  return (instrumentation as Instrumentation & Partial<ReachedByRequire>).reachedByRequire === true
}

/** The packages an instrumentation patches; none where it does not tell, or subscribes to channels instead. */
function packagesOf(instrumentation: Instrumentation): string[] {
  if (!tellsModules(instrumentation)) return []
  return instrumentation
    .getModuleDefinitions()
    .map(({ name }) => name)
    .filter((name) => !isBuiltin(name))
}

function tellsModules(
  instrumentation: Instrumentation,
): instrumentation is Instrumentation & Pick<InstrumentationBase, 'getModuleDefinitions'> {
  return 'getModuleDefinitions' in instrumentation
}
