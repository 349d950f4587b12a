import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { inNamespace } from './compare/loopback-only.ts'

// pnpm --filter @linked-traces/bench run peers [--quick] [--rounds <n>] [--repeats <n>] [--only <variant,…>] [--profile <variant>]
// Builds the package, installs what it is compared with (bench/peers, which needs the registry once), and compares them where
// only the loopback exists. Linux with `unshare`; `taskset` gives the application a processor of its own.

const USAGE =
  'Usage: peers [--quick] [--rounds <n>] [--repeats <n>] [--only <variant,…>] [--profile <variant>]'
const BENCH = join(import.meta.dirname, '..')
const PEERS = join(BENCH, 'peers')

const { values } = readArguments()
if (process.platform !== 'linux') fail('The comparison needs a network namespace, which only Linux has.')

run('the build', [process.execPath, join(BENCH, '..', 'packages', 'telemetry', 'build', 'build.ts')], BENCH)
if (!isInstalled()) run('installing bench/peers', [...pnpm(), 'install', '--frozen-lockfile'], PEERS)

const processors = availableParallelism()
const pinned = processors > 1 && spawnSync('taskset', ['-V']).status === 0
if (!pinned)
  console.log('Without a second processor or without taskset, nothing is pinned: trust the ratios only.')
const args = Object.entries(values).flatMap(([name, value]) =>
  value === true ? [`--${name}`] : [`--${name}`, `${value}`],
)
run(
  'the comparison',
  [
    ...inNamespace(process.getuid?.() === 0),
    ...(pinned ? ['taskset', '-c', processors === 2 ? '0' : `0-${processors - 2}`] : []),
    process.execPath,
    '--conditions=@linked-traces/source',
    join(BENCH, 'src', 'compare.ts'),
    ...args,
    ...(pinned ? ['--pin', String(processors - 1)] : []),
  ],
  BENCH,
)
if (values.profile === undefined)
  run('writing RESULTS.md', [process.execPath, join(BENCH, 'src', 'results.ts')], BENCH)

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

function run(what: string, [command = '', ...rest]: readonly string[], cwd: string): void {
  const { status, error } = spawnSync(command, rest, { cwd, stdio: 'inherit' })
  if (status !== 0) fail(`${what} failed${error === undefined ? '' : `: ${error.message}`}.`)
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
