import { onStopSignal, type SignalledProcess } from '@linked-traces/service/on-stop-signal'

/** The part of a process that is told to stop. */
export type StoppableProcess = SignalledProcess & {
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
  now?: () => number,
): Promise<void> {
  return new Promise((resolve) => {
    if (stopWith === 'signal') return onStopSignal(process, resolve, now)
    onStopSignal(process, resolve, now, ['SIGTERM'])
    process.on('SIGINT', () => {})
    process.stdin.once('end', resolve)
    process.stdin.once('close', resolve)
    process.stdin.resume()
  })
}
