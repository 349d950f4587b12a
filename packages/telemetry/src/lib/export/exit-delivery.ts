import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import type { ExitAnswer, ExitRequest } from './exit-worker.ts'

/** Room for one answer on its way from the worker, in bytes: more than the largest one it makes. */
const ANSWER_BYTES = 16 * 1024

/**
 * Sends requests while the process exits, when its event loop runs no more: a worker sends them, and this thread waits.
 * The worker is started for this alone, as one that stands by would cost 13 MB all the time; it takes about 100 ms.
 *
 * @returns the answers in the order of the requests; none where there was none in time.
 */
export function deliverAtExit(
  requests: readonly ExitRequest[],
  deadlineMillis: number,
): (ExitAnswer | undefined)[] {
  if (requests.length === 0) return []
  const until = performance.now() + deadlineMillis
  // How many are left, then how long each answer is; 0 is none.
  const progress = new Int32Array(new SharedArrayBuffer(4 * (1 + requests.length)))
  progress[0] = requests.length
  const answers = new SharedArrayBuffer(ANSWER_BYTES * requests.length)
  if (startWorker({ requests, progress, answers, answerBytes: ANSWER_BYTES, deadlineMillis })) {
    for (;;) {
      const left = Atomics.load(progress, 0)
      const millis = until - performance.now()
      if (left === 0 || millis <= 0) break
      Atomics.wait(progress, 0, left, millis)
    }
  }
  return requests.map((_, index) => {
    const length = Atomics.load(progress, 1 + index)
    return length === 0 ? undefined : readAnswer(new Uint8Array(answers, index * ANSWER_BYTES, length))
  })
}

/** What the worker is given. */
export interface ExitWork {
  readonly requests: readonly ExitRequest[]
  readonly progress: Int32Array
  readonly answers: SharedArrayBuffer
  readonly answerBytes: number
  readonly deadlineMillis: number
}

function startWorker(workerData: ExitWork): boolean {
  const file = new URL(`./exit-worker${extname(import.meta.url)}`, import.meta.url)
  // The failure to find it would come as an event, and there are no events any more.
  if (!existsSync(file)) return false
  try {
    // Loaded for those who come to this alone: it takes 2 ms.
    const { Worker } = process.getBuiltinModule('node:worker_threads')
    // Neither the application's flags nor NODE_OPTIONS: a `--import` among them would start telemetry there, too.
    new Worker(file, { workerData, execArgv: [], env: {}, stdout: true, stderr: true })
    return true
  } catch {
    // Not allowed under Node's permission model.
    return false
  }
}

/** A worker that still writes is not waited for: what it has written by halves is no answer. */
function readAnswer(bytes: Uint8Array): ExitAnswer | undefined {
  try {
    return JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return undefined
  }
}
