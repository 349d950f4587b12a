import { join } from 'node:path'
import { packageCommand } from './check/package-command.ts'
import { run } from './check/run.ts'

// `pnpm new <name>`: writes an app from turbo/generators; in a terminal it asks for a name that was not given.

const root = join(import.meta.dirname, '..')
const names = process.argv.slice(2)

if (names.length === 1 || (names.length === 0 && process.stdin.isTTY)) {
  // turbo's own `gen` would fetch this package anew, at turbo's version.
  const gen = packageCommand(root, '@turbo/gen')
  const args = names.length > 0 ? ['--args', ...names] : []
  if (!(await run(process.execPath, [gen, 'run', 'app', ...args], root))) process.exitCode = 1
} else {
  console.error(`Expected one name, received ${names.length}. Write it like: npx -y pnpm@12 new orders`)
  process.exitCode = 1
}
