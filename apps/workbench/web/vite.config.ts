import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const built = at('dist')
/** Beside it, on the same disk, so that its files can be moved. */
const staging = at(`node_modules/.page-${randomUUID()}`)

/** Pages that were opened before a build may ask for scripts of the one before it so long, in milliseconds. */
const keptMillis = 3_600_000

/**
 * Moves what was built into `dist`, `index.html` last: whoever serves it meanwhile, or builds at the same time, never finds half of a page.
 */
function publish(): Plugin {
  return {
    name: 'publish',
    apply: 'build',
    async closeBundle() {
      if (!existsSync(join(staging, 'index.html'))) return rm(staging, { recursive: true, force: true })
      const files = (await readdir(staging, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name).slice(staging.length + 1))
      await mkdir(join(built, 'assets'), { recursive: true })
      for (const file of files.sort((a, b) => Number(a === 'index.html') - Number(b === 'index.html'))) {
        await mkdir(dirname(join(built, file)), { recursive: true })
        await rename(join(staging, file), join(built, file))
      }
      await rm(staging, { recursive: true, force: true })
      const current = new Set(files)
      for (const name of await readdir(join(built, 'assets'))) {
        const file = join(built, 'assets', name)
        const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
        if (!current.has(join('assets', name)) && mtimeMs < Date.now() - keptMillis)
          await rm(file, { force: true })
      }
    },
  }
}

export default defineConfig({
  plugins: [publish()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: staging,
    target: 'es2023',
    // A data: URI in CSS or HTML would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
