import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** A workbench in a process of its own. */
export type WorkbenchProcess = {
  readonly url: string
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>
  /** All it has printed so far. */
  output(): string
  /** Resolves with the exit code, `null` after a signal. */
  readonly exited: Promise<number | null>
  [Symbol.asyncDispose](): Promise<void>
}

const folder = fileURLToPath(new URL('..', import.meta.url))

/**
 * Starts `src/server.ts` on a free port; rejects with what it printed when it ends before it listens. With `mostFileKibibytes` the
 * system lets none of its files grow beyond that.
 */
export async function startWorkbench(
  env: Readonly<Record<string, string>> = {},
  { mostFileKibibytes }: { readonly mostFileKibibytes?: number } = {},
): Promise<WorkbenchProcess> {
  const command = [process.execPath, '--conditions=@linked-traces/source', 'src/server.ts']
  // bash counts in KiB, where sh may count in half of that.
  const limited = ['bash', '-c', `ulimit -f ${mostFileKibibytes}; exec "$@"`, 'bash', ...command]
  const [file = '', ...args] = mostFileKibibytes === undefined ? command : limited
  const child = spawn(file, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, WORKBENCH_PORT: '0', WORKBENCH_DATA: ':memory:', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let output = ''
  const exited = once(child, 'close').then(([code]) => code as number | null)
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString()
      const listening = /listens on (http:\S+)/.exec(output)
      if (listening) resolve(listening[1] as string)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    void exited.then((code) => reject(new Error(`ended with ${code}: ${output}`)))
  })
  return {
    url,
    child,
    output: () => output,
    exited,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await exited
    },
  }
}

/** Waits until `condition` holds; fails with `describe()` after 20 s. */
export async function until(condition: () => boolean, describe: () => string): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Not within 20 s. ${describe()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
