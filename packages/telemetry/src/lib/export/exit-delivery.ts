import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ExitRequest } from './exit-worker.ts'

/**
 * Sends requests while the process exits, when its event loop runs no more: a worker sends them, and this thread waits.
 * The worker is started for this alone, as one that stands by would cost 13 MB all the time; it takes about 100 ms.
 *
 * @returns the requests whose spans the backend took.
 */
export function deliverAtExit(requests: readonly ExitRequest[], deadlineMillis: number): ExitRequest[] {
  if (requests.length === 0) return []
  const until = performance.now() + deadlineMillis
  // How many are left, then the status that each was answered with last; 0 is none.
  const progress = new Int32Array(new SharedArrayBuffer(4 * (1 + requests.length)))
  progress[0] = requests.length
  if (startWorker({ requests, progress, deadlineMillis })) {
    for (;;) {
      const left = Atomics.load(progress, 0)
      const millis = until - performance.now()
      if (left === 0 || millis <= 0) break
      Atomics.wait(progress, 0, left, millis)
    }
  }
  return requests.filter((_, index) => isSuccess(Atomics.load(progress, 1 + index)))
}

/** What the worker is given. */
export interface ExitWork {
  readonly requests: readonly ExitRequest[]
  readonly progress: Int32Array
  readonly deadlineMillis: number
}

function startWorker(workerData: ExitWork): boolean {
  const file = new URL(`./exit-worker${extname(import.meta.url)}`, import.meta.url)
  // The failure to find it would come as an event, and there are no events any more.
  if (!existsSync(file)) return false
  try {
    // Neither the application's flags nor NODE_OPTIONS: a `--import` among them would start telemetry there, too.
    new Worker(file, { workerData, execArgv: [], env: {}, stdout: true, stderr: true })
    return true
  } catch {
    // Not allowed under Node's permission model.
    return false
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}
