const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const

/**
 * How long further signals count as the first, in milliseconds: a terminal sends Ctrl-C to every process of its group, and
 * a runner between it and us then sends the same again.
 */
const ONE_SIGNAL_MILLIS = 1000

/** The part of `node:process` that has to do with signals. */
export interface SignalledProcess {
  readonly pid: number
  on(signal: NodeJS.Signals, listener: () => void): unknown
  removeAllListeners(signal: NodeJS.Signals): unknown
  kill(pid: number, signal: NodeJS.Signals): unknown
}

/**
 * Calls `stop` at the first SIGINT or SIGTERM. One that comes more than a second later is meant, and ends the process at
 * once, by that signal.
 */
export function onStopSignal(
  process: SignalledProcess,
  stop: () => unknown,
  now: () => number = () => performance.now(),
  signals: readonly NodeJS.Signals[] = STOP_SIGNALS,
): void {
  let firstAt: number | undefined
  for (const signal of signals) {
    process.on(signal, () => {
      if (firstAt === undefined) {
        firstAt = now()
        stop()
      } else if (now() - firstAt >= ONE_SIGNAL_MILLIS) {
        // Without listeners the signal does what it does to every process.
        process.removeAllListeners(signal)
        process.kill(process.pid, signal)
      }
    })
  }
}
