import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'

/** How a process ended, and everything it printed. */
export interface ProcessEnd {
  /** `null` when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A process that has not ended this long after it was told to, in milliseconds, is killed. */
const STOP_DEADLINE_MILLIS = 25_000

/** A service in a process of its own, run from source, with only the environment it is given. */
export class ServiceProcess implements AsyncDisposable {
  readonly child: ChildProcess
  readonly ended: Promise<ProcessEnd>
  #stdout = ''
  #stderr = ''

  /** @param args of `node`, paths relative to `cwd`. */
  constructor(cwd: URL, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, ['--conditions=@linked-traces/source', ...args], {
      cwd,
      // Windows opens no sockets without it.
      env: { SystemRoot: process.env.SystemRoot, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.child.stdout?.setEncoding('utf8').on('data', (chunk) => {
      this.#stdout += chunk
    })
    this.child.stderr?.setEncoding('utf8').on('data', (chunk) => {
      this.#stderr += chunk
    })
    this.ended = once(this.child, 'close').then(([code, signal]) => {
      return { code, signal, stdout: this.#stdout, stderr: this.#stderr }
    })
  }

  /** The address in its start line, once it is there. Rejects with what it printed if it ends before. */
  async url(): Promise<string> {
    const stopWaiting = new AbortController()
    const ended = this.ended.then((end) => {
      throw new Error(`The service ended before it listened: ${JSON.stringify(end)}`)
    })
    const listens = (async () => {
      for (;;) {
        const url = / listens on (\S+)\n/.exec(this.#stdout)?.[1]
        if (url !== undefined) return url
        await once(this.child.stdout ?? this.child, 'data', { signal: stopWaiting.signal })
      }
    })()
    return Promise.race([listens, ended]).finally(() => stopWaiting.abort())
  }

  /** Sends a signal, SIGTERM unless another is named, and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<ProcessEnd> {
    this.child.kill(signal)
    const deadline = setTimeout(() => this.child.kill('SIGKILL'), STOP_DEADLINE_MILLIS)
    return this.ended.finally(() => clearTimeout(deadline))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
