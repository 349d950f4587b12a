import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const nodes = {
  'this Node': process.execPath,
  'Node 22.19': here('node-versions/node_modules/node-22/bin/node'),
  'Node 24': here('node-versions/node_modules/node-24/bin/node'),
}
/** Those with synchronous loader hooks; Node 22 has them from 22.22.3 on. */
const nodesWithSyncHooks = Object.entries(nodes).filter(([name]) => name !== 'Node 22.19')
const apps = ['imports-http-then-express.mjs', 'imports-express-then-http.mjs', 'requires-express.cjs']
const httpsApps = [
  'imports-https.mjs',
  'imports-https-from-elsewhere.mjs',
  'imports-what-requires-https.mjs',
  'requires-https.cjs',
  'requires-https-then-imports-it.mjs',
  'takes-https-then-imports-it.mjs',
]

async function outputOf(
  node: string,
  preload: string,
  app: string,
  args: readonly string[] = [],
): Promise<string> {
  const files = [preload, app].map((file) => here(`boundary-fixtures/${file}`)) as [string, string]
  const flags = ['--conditions=@linked-traces/source', '--import']
  const { stdout, stderr } = await run(node, [...flags, ...files, ...args], { timeout: 25_000 })
  // Node 22 warns of the type stripping that these tests run by; users get JavaScript.
  const warnings = stderr.replace(
    /^\(node:\d+\) ExperimentalWarning: Type Stripping .*\n\(Use `node --trace-warnings.*\n/m,
    '',
  )
  expect(warnings).toBe('')
  return stdout
}

describe.each(Object.entries(nodes))('installEsmHooks on %s', (_, node) => {
  it.each(apps)('reaches an application that %s, without a warning', async (app) => {
    const spans: { kind: string }[] = JSON.parse(await outputOf(node, 'records-spans-until-exit.ts', app))
    expect(spans.toSorted((a, b) => a.kind.localeCompare(b.kind))).toEqual([
      { kind: 'CLIENT', name: 'GET', relations: ['callee'] },
      { kind: 'SERVER', name: 'GET /items/:id', route: '/items/:id', relations: ['caller'] },
    ])
  })

  it.each(httpsApps)('reaches an application that %s', async (app) => {
    const spans: { kind: string }[] = JSON.parse(await outputOf(node, 'records-spans-until-exit.ts', app))
    expect(spans.map(({ kind }) => kind).toSorted()).toEqual(['CLIENT', 'SERVER'])
  })

  it("reaches the packages of an application's own instrumentations", async () => {
    expect(await outputOf(node, 'instruments-fast-check.ts', 'imports-fast-check.mjs')).toBe('patched')
  })
})

it.each(nodesWithSyncHooks)(
  'installEsmHooks on %s leaves node:https to whoever asks for it',
  async (_, node) => {
    const told = (app: string) => outputOf(node, 'tells-whether-https-is-loaded.ts', app)
    expect(await told('imports-https.mjs')).toBe('loaded')
    expect(await told('requires-express.cjs')).toBe('not loaded')
  },
)

describe.each(nodesWithSyncHooks)('registerImportHook on %s', (_, node) => {
  const told = (app: string, ...args: string[]) =>
    outputOf(node, 'tells-whether-the-import-hook-is-loaded.ts', app, args)

  it('loads the import hook for whoever imports what an instrumentation needs it for, and for nobody else', async () => {
    expect(await told('imports-express-then-http.mjs', 'stock')).toBe('loaded')
    expect(await told('requires-express.cjs', 'stock')).toBe('not loaded')
    expect(await told('imports-express-then-http.mjs')).toBe('not loaded')
    expect(await told('requires-express.cjs')).toBe('not loaded')
  })

  it('reaches an application that imports the import hook itself beside a package', async () => {
    const spans: { route?: string }[] = JSON.parse(
      await outputOf(node, 'records-spans-until-exit.ts', 'imports-the-import-hook-beside-express.mjs'),
    )
    expect(spans.map(({ route }) => route)).toContain('/items/:id')
  })
})
