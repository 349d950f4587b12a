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
const apps = ['imports-http-then-express.mjs', 'imports-express-then-http.mjs', 'requires-express.cjs']

describe.each(Object.entries(nodes))('installEsmHooks on %s', (_, node) => {
  it.each(apps)('reaches an application that %s, without a warning', async (app) => {
    const { stdout, stderr } = await run(
      node,
      [
        '--conditions=@linked-traces/source',
        '--import',
        here('boundary-fixtures/records-spans-until-exit.ts'),
        here(`boundary-fixtures/${app}`),
      ],
      { timeout: 25_000 },
    )
    // Node 22 warns of the type stripping that these tests run by; users get JavaScript.
    expect(
      stderr.replace(
        /^\(node:\d+\) ExperimentalWarning: Type Stripping .*\n\(Use `node --trace-warnings.*\n/m,
        '',
      ),
    ).toBe('')
    expect(
      JSON.parse(stdout).toSorted((a: { kind: string }, b: { kind: string }) => a.kind.localeCompare(b.kind)),
    ).toEqual([
      { kind: 'CLIENT', name: 'GET', relations: ['callee'] },
      { kind: 'SERVER', name: 'GET /items/:id', route: '/items/:id', relations: ['caller'] },
    ])
  })
})
