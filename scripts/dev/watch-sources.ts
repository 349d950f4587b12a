import { watch } from 'node:fs'
import { join } from 'node:path'

/** An editor writes a file in several steps, and a change of branch writes many files. */
const QUIET_MILLIS = 150

/**
 * Reports an edited source file with what its folder stands for, once the edits below that folder pause. Tests do not
 * count: no service runs them.
 *
 * @returns a function that ends the watch.
 */
export function watchSources<T>(
  folders: ReadonlyMap<string, T>,
  onEdit: (file: string, concerned: T) => void,
  onError: (folder: string, error: Error) => void,
): () => void {
  const ending = new AbortController()
  for (const [folder, concerned] of folders) {
    let pause: NodeJS.Timeout | undefined
    const watcher = watch(folder, { recursive: true, signal: ending.signal }, (_, file) => {
      if (file === null || !/\.(tsx?|css)$/.test(file) || file.includes('.test.')) return
      clearTimeout(pause)
      pause = setTimeout(onEdit, QUIET_MILLIS, join(folder, file), concerned)
    })
    // Such as a system that has no watches left to give.
    watcher.on('error', (error) => onError(folder, error))
    ending.signal.addEventListener('abort', () => clearTimeout(pause))
  }
  return () => ending.abort()
}
