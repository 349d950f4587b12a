import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { inNamespace } from './loopback-only.ts'

const BENCH = join(import.meta.dirname, '..', '..')

/** The options that the process was started with. Ends it where there are others, and tells how it is used. */
export function readArguments<Options extends ParseArgsOptionsConfig>(options: Options, usage: string) {
  try {
    return parseArgs({ options }).values
  } catch (error) {
    fail(`${error instanceof Error ? error.message : error}\nUsage: ${usage}`)
  }
}

/** Builds the package, as an application installs it. Ends the process where nothing could be compared afterwards. */
export function build(): void {
  if (process.platform !== 'linux') fail('The comparison needs a network namespace, which only Linux has.')
  run('the build', [process.execPath, join(BENCH, '..', 'packages', 'telemetry', 'build', 'build.ts')])
}

/**
 * Runs a script where only the loopback exists (Linux with `unshare`). `taskset` gives it all processors but one, which it is told
 * of as `--pin`, for the applications under test.
 */
export function runAlone(script: string, args: readonly string[]): void {
  const processors = availableParallelism()
  const pinned = processors > 1 && spawnSync('taskset', ['-V']).status === 0
  if (!pinned)
    console.log('Without a second processor or without taskset, nothing is pinned: trust the ratios only.')
  run('the comparison', [
    ...inNamespace(process.getuid?.() === 0),
    ...(pinned ? ['taskset', '-c', processors === 2 ? '0' : `0-${processors - 2}`] : []),
    process.execPath,
    '--conditions=@linked-traces/source',
    join(BENCH, 'src', script),
    ...args,
    ...(pinned ? ['--pin', String(processors - 1)] : []),
  ])
}

/** Writes RESULTS.md anew. */
export function writeResults(): void {
  run('writing RESULTS.md', [process.execPath, join(BENCH, 'src', 'results.ts')])
}

export function run(what: string, [command = '', ...rest]: readonly string[], cwd: string = BENCH): void {
  const { status, error } = spawnSync(command, rest, { cwd, stdio: 'inherit' })
  if (status !== 0) fail(`${what} failed${error === undefined ? '' : `: ${error.message}`}.`)
}

export function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
