import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A service of this repository in a process of its own. */
export type Service = { readonly url: string; readonly [Symbol.asyncDispose]: () => Promise<void> }

const apps = new URL('../../../../', import.meta.url)

/** Starts an app's `src/server.ts` on a free port; rejects with what it printed when it ends before it listens. */
export async function startService(
  app: 'workbench' | 'dice' | 'gateway',
  env: Readonly<Record<string, string>> = {},
): Promise<Service> {
  const preload = app === 'workbench' ? [] : ['--import', './src/telemetry.ts']
  const child = spawn(process.execPath, ['--conditions=@linked-traces/source', ...preload, 'src/server.ts'], {
    cwd: fileURLToPath(new URL(`${app}/`, apps)),
    env: {
      PATH: process.env.PATH,
      [`${app.toUpperCase()}_PORT`]: '0',
      WORKBENCH_DATA: ':memory:',
      OTEL_BSP_SCHEDULE_DELAY: '50',
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let output = ''
  const exited = once(child, 'close')
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk
      const found = /listens on (http:\S+)/.exec(output)?.[1]
      if (found) resolve(found)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    void exited.then(([code]) => reject(new Error(`${app} ended with ${code}: ${output}`)))
  })
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
