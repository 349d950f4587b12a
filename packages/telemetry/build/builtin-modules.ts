import { isBuiltin } from 'node:module'
import type { Plugin } from 'rolldown'

const PREFIX = '\0builtin:'

/** The bundler's own runtime needs it as it is. */
const LEFT_ALONE: ReadonlySet<string> = new Set(['module'])

/** Needed by a span, an export or the end of a process at the earliest: loaded when one of their functions is called. */
const LATE: ReadonlySet<string> = new Set(['crypto', 'fs/promises', 'os', 'timers/promises', 'zlib'])

const IMPORT_OF_HTTP = /\bimport\((["'])(https?)\1\)/g

/**
 * Takes Node's own modules from `process.getBuiltinModule`. An `import` of one makes an ES module of it, for which every
 * property is read, and so everything loaded that Node has put behind a getter: in `node:http` that is undici, also for
 * applications that have no use for it.
 */
export function builtinModules(): Plugin {
  return {
    name: 'builtin-modules',
    resolveId(specifier, importer, { kind }) {
      const name = specifier.replace(/^node:/, '')
      const taken = isBuiltin(name) && !LEFT_ALONE.has(name)
      return taken && kind === 'import-statement' && importer !== undefined ? PREFIX + name : undefined
    },
    load(id) {
      if (!id.startsWith(PREFIX)) return undefined
      const name = id.slice(PREFIX.length)
      // What nobody imports is shaken off, and with it getters that load something.
      return { code: LATE.has(name) ? loadedLate(name) : loadedAtOnce(name), moduleSideEffects: false }
    },
    transform(code) {
      // What the exporters do at every request.
      const changed = code.replace(IMPORT_OF_HTTP, "Promise.resolve(process.getBuiltinModule('node:$2'))")
      return changed === code ? undefined : { code: changed, map: null }
    },
  }
}

function loadedAtOnce(name: string): string {
  return [
    `const builtin = process.getBuiltinModule('node:${name}')`,
    'export default builtin',
    ...exportsOf(name).map(([key]) => `export const ${key} = builtin.${key}`),
  ].join('\n')
}

/** Has functions alone: the build tells of a class or a constant that is missing. */
function loadedLate(name: string): string {
  return [
    'let builtin',
    `const load = () => (builtin ??= process.getBuiltinModule('node:${name}'))`,
    ...exportsOf(name)
      .filter(([key, value]) => typeof value === 'function' && !/^[A-Z]/.test(key))
      .map(([key]) => `export const ${key} = (...values) => load().${key}(...values)`),
  ].join('\n')
}

function exportsOf(name: string): [string, unknown][] {
  return Object.entries(process.getBuiltinModule(name) ?? {}).filter(([key]) => key !== 'default')
}
