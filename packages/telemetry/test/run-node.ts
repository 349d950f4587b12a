import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

export interface NodeOptions {
  /** Nothing else of this process's environment reaches the child, but `PATH`. */
  readonly env?: NodeJS.ProcessEnv
  /** Default: telemetry by `--import`, from source. */
  readonly flags?: readonly string[]
  /** The executable. Default: this one. */
  readonly node?: string
  /** Arguments of the application. */
  readonly args?: readonly string[]
}

export interface NodeResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A child process that runs a fixture. */
export interface RunningNode {
  readonly pid: number
  readonly ended: Promise<NodeResult>
  kill(signal: NodeJS.Signals): void
  /** What it has said so far. */
  stdout(): string
  /** Resolves once stdout has `text` in it; fails with all output when the process ends without. */
  says(text: string): Promise<void>
  /** Resolves with all of stderr once it has `text` in it; fails when the process ends without. */
  complains(text: string): Promise<string>
}

export const SOURCE = '--conditions=@linked-traces/source'
export const REGISTER = [SOURCE, '--import', '@linked-traces/telemetry/register']

/** A path under this folder. */
export function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}

/** Starts a fixture, by its name under `fixtures` or its path. */
export function runNode(fixture: string, options: NodeOptions = {}): RunningNode {
  const { env = {}, flags = REGISTER, node = process.execPath, args = [] } = options
  const child = spawn(node, [...flags, resolve(here('fixtures'), fixture), ...args], {
    env: { PATH: process.env.PATH, ...env },
    cwd: here('..'),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  const ended = once(child, 'close').then(([code, signal]): NodeResult => ({ code, signal, stdout, stderr }))
  function waitFor(stream: Readable, output: () => string, text: string): Promise<string> {
    return new Promise((found, reject) => {
      const look = () => {
        if (output().includes(text)) found(output())
      }
      stream.on('data', look)
      look()
      void ended.then((result) =>
        reject(new Error(`It never said ${JSON.stringify(text)}: ${JSON.stringify(result)}`)),
      )
    })
  }

  return {
    pid: child.pid ?? 0,
    ended,
    kill: (signal) => void child.kill(signal),
    stdout: () => stdout,
    says: async (text) => void (await waitFor(child.stdout, () => stdout, text)),
    complains: (text) => waitFor(child.stderr, () => stderr, text),
  }
}

/** Runs a fixture to its end. */
export function runToEnd(fixture: string, options?: NodeOptions): Promise<NodeResult> {
  return runNode(fixture, options).ended
}
