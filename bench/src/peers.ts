import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build, readArguments, run, runAlone, writeResults } from './compare/alone.ts'

// pnpm --filter @linked-traces/bench run peers [--quick] [--rounds <n>] [--repeats <n>] [--only <variant,…>] [--profile <variant>]
// Builds the package, installs what it is compared with (bench/peers, which needs the registry once), and compares them where
// only the loopback exists. Linux with `unshare`; `taskset` gives the application a processor of its own.

const PEERS = join(import.meta.dirname, '..', 'peers')

const values = readArguments(
  {
    quick: { type: 'boolean' },
    rounds: { type: 'string' },
    repeats: { type: 'string' },
    only: { type: 'string' },
    profile: { type: 'string' },
  },
  'peers [--quick] [--rounds <n>] [--repeats <n>] [--only <variant,…>] [--profile <variant>]',
)
build()
if (!isInstalled()) run('installing bench/peers', [...pnpm(), 'install', '--frozen-lockfile'], PEERS)
const args = Object.entries(values).flatMap(([name, value]) =>
  value === true ? [`--${name}`] : [`--${name}`, `${value}`],
)
runAlone('compare.ts', args)
if (values.profile === undefined) writeResults()

function isInstalled(): boolean {
  const installed = join(PEERS, 'node_modules', '.modules.yaml')
  return (
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(PEERS, 'pnpm-lock.yaml')).mtimeMs
  )
}

/** The pnpm that runs this script; some are programs, others a script for Node. */
function pnpm(): string[] {
  const path = process.env.npm_execpath
  if (path === undefined) return ['npx', '-y', 'pnpm@12']
  return /\.[cm]?js$/.test(path) ? [process.execPath, path] : [path]
}
