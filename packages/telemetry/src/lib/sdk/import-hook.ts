import type { LoadHookSync, ResolveHookSync } from 'node:module'
import { createRequire, registerHooks } from 'node:module'
import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import { diag } from '@opentelemetry/api'
// @ts-expect-error It has no declaration.
import * as support from 'import-in-the-middle/supports-sync-hooks.mjs'
import { hasLoaded } from './has-loaded.ts'
import { createImportHooks } from './late-import-hooks.ts'

/** What import-in-the-middle's `register-hooks.mjs` registers. */
interface ImportHook {
  applyOptions(options: { readonly include: readonly string[] }): void
  readonly resolveSync: ResolveHookSync
  readonly loadSync: LoadHookSync
}

interface CreateHookModule {
  createHook(meta: { readonly url: string }): ImportHook
}

/**
 * Node loads it for asynchronous loader hooks, such as `module.register` installs. They may hand over the source of CommonJS
 * modules, and then Node's loader for ES modules runs these, and what they require.
 */
const ASYNC_HOOKS = 'internal/modules/esm/hooks'

const require = createRequire(import.meta.url)

/**
 * Whether this Node can run synchronous loader hooks: >= 22.22.3, >= 24.11.1, >= 25.1, 26.
 *
 * Not from `register-hooks.mjs`, which would load all of the hook.
 */
export const supportsSyncHooks: () => boolean = support.supportsSyncHooks

/**
 * Registers import-in-the-middle's synchronous hooks for the packages of `include`. The hook with its two lexers is loaded
 * when the first of them is imported, which in a CommonJS application, say, none ever is.
 *
 * @param byRequire those of them that are patched by `require` even so, unless asynchronous hooks are in the way.
 */
export function registerImportHook(include: readonly string[], byRequire: readonly string[] = []): void {
  // A file is known by its path, which is there after it is resolved only.
  let hook = include.some(isAbsolute) ? loadImportHook(include) : undefined
  let isAwaited = hook === undefined
  const asksForIt = (specifier: string) => {
    // What somebody else is in the middle of importing cannot be required, and then it would be too late.
    if (!include.includes(specifier)) return specifier.startsWith('import-in-the-middle/')
    return !byRequire.includes(specifier) || hasLoaded(ASYNC_HOOKS)
  }
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (isAwaited && asksForIt(specifier) && !context.conditions.includes('require')) {
        // First: what the hook itself is made of comes by here as well.
        isAwaited = false
        hook = loadImportHook(include)
      }
      return hook === undefined
        ? nextResolve(specifier, context)
        : hook.resolveSync(specifier, context, nextResolve)
    },
    load(url, context, nextLoad) {
      return hook === undefined ? nextLoad(url, context) : hook.loadSync(url, context, nextLoad)
    },
  })
}

/** Nothing that goes wrong here is to keep the application from what it imports. */
function loadImportHook(include: readonly string[]): ImportHook | undefined {
  try {
    const { createHook }: CreateHookModule = require('import-in-the-middle/create-hook.mjs')
    const hook = createHook({ url: pathToFileURL(require.resolve('import-in-the-middle/hook.mjs')).href })
    createImportHooks()
    hook.applyOptions({ include: [...include] })
    return hook
  } catch (error) {
    diag.error(`The modules ${include.join(', ')} are not instrumented where they are imported.`, error)
    return undefined
  }
}
