import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build, fail, run, runAlone, writeResults } from './compare/alone.ts'

// pnpm --filter @linked-traces/bench run peers [--quick] [--rounds <n>] [--repeats <n>] [--only <variant,…>] [--profile <variant>]
// Builds the package, installs what it is compared with (bench/peers, which needs the registry once), and compares them where
// only the loopback exists. Linux with `unshare`; `taskset` gives the application a processor of its own.

const USAGE =
  'Usage: peers [--quick] [--rounds <n>] [--repeats <n>] [--only <variant,…>] [--profile <variant>]'
const PEERS = join(import.meta.dirname, '..', 'peers')

const { values } = readArguments()
build()
if (!isInstalled()) run('installing bench/peers', [...pnpm(), 'install', '--frozen-lockfile'], PEERS)
const args = Object.entries(values).flatMap(([name, value]) =>
  value === true ? [`--${name}`] : [`--${name}`, `${value}`],
)
runAlone('compare.ts', args)
if (values.profile === undefined) writeResults()

function readArguments() {
  try {
    return parseArgs({
      options: {
        quick: { type: 'boolean' },
        rounds: { type: 'string' },
        repeats: { type: 'string' },
        only: { type: 'string' },
        profile: { type: 'string' },
      },
    })
  } catch (error) {
    fail(`${error instanceof Error ? error.message : error}\n${USAGE}`)
  }
}

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
