import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type OutputChunk, rolldown } from 'rolldown'
import { asciiOnly } from './ascii-only.ts'
import { builtinModules } from './builtin-modules.ts'
import { packagesOf, thirdPartyNotices } from './third-party-notices.ts'

// node build/build.ts [--out <folder, default dist>] [--without-declarations]
// JavaScript by rolldown, the licences of what is bundled, and declarations by tsc.

const folder = join(import.meta.dirname, '..')
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(folder, 'dist') },
    'without-declarations': { type: 'boolean', default: false },
  },
})
const out = resolve(values.out)

/**
 * The API has to be the application's own copy, or as near as it gets. The import hook's two halves find each other by the
 * files they are in.
 */
const EXTERNAL = [/^@opentelemetry\/api$/, /^import-in-the-middle\/(?!supports-sync-hooks)/]

/** `register` holds all it needs at start, in one file. The others share, so that one class is one class. */
const BUNDLES: readonly (readonly string[])[] = [
  ['register'],
  ['config', 'healthz', 'index', 'linked-traces', 'links', 'node-sdk', 'testing'],
  // Beside those that start it, and of Node's own modules alone.
  ['lib/export/exit-worker'],
]

rmSync(out, { recursive: true, force: true })
const chunks: OutputChunk[] = []
for (const entries of BUNDLES) {
  const bundle = await rolldown({
    cwd: folder,
    input: Object.fromEntries(entries.map((path) => [path.replace(/.*\//, ''), `src/${path}.ts`])),
    platform: 'node',
    external: EXTERNAL,
    resolve: {
      alias: {
        // It only logs for `DEBUG=require-in-the-middle`, and would bring a terminal's colours along.
        debug: join(folder, 'build', 'no-debug.cjs'),
        'import-in-the-middle$': join(folder, 'src', 'lib', 'sdk', 'late-import-hooks.ts'),
      },
    },
    plugins: [builtinModules(), asciiOnly()],
    treeshake: { propertyReadSideEffects: false },
  })
  const { output } = await bundle.write({
    dir: out,
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    comments: { legal: true, annotation: true, jsdoc: false },
  })
  await bundle.close()
  chunks.push(...output.filter((each) => each.type === 'chunk'))
}
const packages = packagesOf(chunks.flatMap(({ moduleIds }) => moduleIds))
writeFileSync(join(out, 'THIRD-PARTY-NOTICES'), thirdPartyNotices(packages))

if (!values['without-declarations']) {
  const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')))
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', out], {
    cwd: folder,
    stdio: 'inherit',
  })
  process.exitCode = status ?? 1
}
