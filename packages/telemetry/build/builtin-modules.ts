import { isBuiltin } from 'node:module'
import type { Plugin } from 'rolldown'

const PREFIX = '\0builtin:'

/** The bundler's own runtime needs it as it is. */
const LEFT_ALONE: ReadonlySet<string> = new Set(['module'])

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
      const names = Object.keys(process.getBuiltinModule(name) ?? {}).filter((key) => key !== 'default')
      const lines = [
        `const builtin = process.getBuiltinModule('node:${name}')`,
        'export default builtin',
        // Those that nobody imports are shaken off, and their getters with them.
        ...names.map((key) => `export const ${key} = builtin.${key}`),
      ]
      return { code: lines.join('\n'), moduleSideEffects: false }
    },
    transform(code) {
      // What the exporters do at every request.
      const changed = code.replace(IMPORT_OF_HTTP, "Promise.resolve(process.getBuiltinModule('node:$2'))")
      return changed === code ? undefined : { code: changed, map: null }
    },
  }
}
