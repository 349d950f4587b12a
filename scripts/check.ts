import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs, styleText } from 'node:util'
import { checkPacked } from './check/check-packed.ts'
import { run } from './check/run.ts'

// `pnpm check`: everything that has to hold before a commit, cheapest first; it ends at the first kind of failure.
// `--without-tests` leaves out what `pnpm test` does.

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({ options: { 'without-tests': { type: 'boolean', default: false } } })

const treeBefore = workTree()

const checks: readonly { readonly name: string; readonly holds: () => Promise<boolean> | boolean }[] = [
  { name: 'format', holds: () => script('format:check') },
  { name: 'lint and import boundaries', holds: () => script('lint') },
  ...(values['without-tests'] ? [] : [{ name: 'types and tests', holds: () => script('test') }]),
  { name: 'build', holds: () => script('build') },
  { name: 'packed packages', holds: () => checkPacked(root) },
  { name: 'clean tree', holds: treeIsAsBefore },
]

const passed: string[] = []
for (const { name, holds } of checks) {
  console.log(styleText('bold', `\n${name}`))
  if (await holds()) {
    passed.push(name)
  } else {
    process.exitCode = 1
    console.log(styleText(['bold', 'red'], `\ncheck failed: ${name}`))
    break
  }
}
console.log(`${passed.length} of ${checks.length} kinds of checks passed: ${passed.join(', ') || 'none'}.`)

/** A script of the root package.json, run by the Node that runs this. */
function script(name: string): Promise<boolean> {
  return run(process.execPath, ['--run', name], root)
}

/** Checks may not change what is committed, nor leave files behind that are not ignored. */
function treeIsAsBefore(): boolean {
  if (workTree() === treeBefore) return true
  console.log(`The checks changed the work tree, which is now:\n${git('status', '--short')}`)
  return false
}

function workTree(): string {
  return git('status', '--porcelain', '--untracked-files=all') + git('diff', 'HEAD')
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: root, maxBuffer: 256 * 1024 * 1024 }).toString()
}
