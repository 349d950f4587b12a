import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** One of the real services, in a process of its own, on a port the system chose. */
export interface RunningService extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** Everything it has printed so far, stdout and stderr in order of arrival. */
  output(): string
  /** Sends the signal and resolves with how the process ended. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

const START_DEADLINE_MILLIS = 30_000
const STOP_DEADLINE_MILLIS = 20_000

/**
 * Starts `apps/<app>` as `pnpm start` does, with exactly this environment beside `PATH`.
 *
 * @throws Error with all that the process printed, when it ends or stays silent for 30 s instead of listening.
 */
export async function startService(
  app: 'gateway' | 'dice' | 'workbench',
  env: Record<string, string>,
): Promise<RunningService> {
  const imports = app === 'workbench' ? [] : ['--import', './src/telemetry.ts']
  const child = spawn(process.execPath, ['--conditions=@linked-traces/source', ...imports, 'src/server.ts'], {
    cwd: fileURLToPath(new URL(`../../../apps/${app}`, import.meta.url)),
    env: { PATH: process.env.PATH, [`${app.toUpperCase()}_PORT`]: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (what: string) => reject(new Error(`${app} ${what}. It printed:\n${output}`))
    const deadline = setTimeout(() => {
      child.kill('SIGKILL')
      fail(`did not listen within ${START_DEADLINE_MILLIS} ms`)
    }, START_DEADLINE_MILLIS)
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      const listening = /listens on (http:\/\/\S+)/.exec(output)
      if (listening?.[1] === undefined) return
      clearTimeout(deadline)
      resolve(listening[1])
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    void ended.then(({ code, signal }) => {
      clearTimeout(deadline)
      fail(`ended before it listened (code ${code}, signal ${signal})`)
    })
  })
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal)
      killAfterDeadline(child)
    }
    return ended
  }
  return { url, output: () => output, stop, [Symbol.asyncDispose]: async () => void (await stop()) }
}

function killAfterDeadline(child: ChildProcess): void {
  const deadline = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MILLIS)
  deadline.unref()
  child.once('close', () => clearTimeout(deadline))
}
