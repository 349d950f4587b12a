/** A terminal sends Ctrl-C to everyone and a runner repeats it: within this time a signal is the one before. */
const sameSignalMillis = 1_000

/** The part of a process that is told to stop. */
export type StoppableProcess = {
  on(signal: NodeJS.Signals, listener: () => void): unknown
  kill(pid: number, signal: NodeJS.Signals): unknown
  removeAllListeners(signal: NodeJS.Signals): unknown
  readonly pid: number
  readonly stdin: { once(event: 'end' | 'close', listener: () => void): unknown; resume(): unknown }
}

/**
 * Resolves when the process is to stop: at SIGTERM, and at SIGINT or, with `stdin`, at the end of stdin instead: a runner that shares the
 * terminal can then end the workbench last, after those who still send to it.
 *
 * A signal that comes more than a second after the first ends the process at once.
 */
export function untilStopped(
  process: StoppableProcess,
  stopWith: 'signal' | 'stdin',
  now: () => number = () => performance.now(),
): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | undefined
    const stop = (signal: NodeJS.Signals) => (): void => {
      if (firstAt === undefined) {
        firstAt = now()
        resolve()
      } else if (now() - firstAt >= sameSignalMillis) {
        process.removeAllListeners(signal)
        process.kill(process.pid, signal)
      }
    }
    process.on('SIGTERM', stop('SIGTERM'))
    if (stopWith === 'signal') {
      process.on('SIGINT', stop('SIGINT'))
      return
    }
    process.on('SIGINT', () => {})
    const ended = (): void => {
      firstAt ??= now()
      resolve()
    }
    process.stdin.once('end', ended)
    process.stdin.once('close', ended)
    process.stdin.resume()
  })
}
