import { hasLoaded } from './has-loaded.ts'

/** What a worker thread is talked to by, from before its first line on. */
const WORKER_IO = 'internal/worker/io'

/** As in `node:worker_threads`, which is not loaded to be asked where there can be no other answer: it takes 2 ms. */
export function isMainThread(): boolean {
  return !hasLoaded(WORKER_IO) || process.getBuiltinModule('node:worker_threads').isMainThread
}
