/** What is to be brought home before the process ends. */
export interface Unfinished {
  /** Whether anything is left to deliver. */
  pending(): boolean
  /** Delivers what is left, or drops it when the deadline comes. Keeps the process alive meanwhile. Never rejects. */
  drain(deadlineMillis: number): Promise<void>
  /** From now on delivers at once. */
  hurry(): void
  /** Delivers what is left, or drops it when the deadline comes, without the event loop. Never throws. */
  deliverAtExit(deadlineMillis: number): void
}

export interface ProcessEndOptions {
  readonly deadlineMillis: number
  /** Whether signals come here: the main thread alone gets them. */
  readonly signals: boolean
}

/** The signals whose default is to end a process, and which are sent to ask for it. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

type EndSignal = (typeof SIGNALS)[number]

/** A signal that comes again within this time is the same one: runners repeat what a terminal has sent already. */
const SAME_SIGNAL_WITHIN = 1000

/**
 * Delivers what is left when the process comes to its end, and changes nothing else about that end.
 *
 * - The event loop runs empty: drains.
 * - A signal, and nobody else listens to it: drains, then the signal ends the process as if nobody had ever listened.
 *   A second one, more than a second later, does so at once.
 * - A signal that the application listens to: the application decides. From the first one on spans are delivered as they
 *   end, and this listener is gone, so that whoever counts listeners or relies on the second signal finds what it would
 *   without it.
 * - `process.exit()` by anybody, and uncaught errors: delivers while the process waits in its `exit` event.
 *
 * @returns takes it all back.
 */
export function installProcessEnd(
  process: NodeJS.Process,
  unfinished: Unfinished,
  { deadlineMillis, signals }: ProcessEndOptions,
): () => void {
  let endingSince: number | undefined

  const onBeforeExit = () => {
    if (unfinished.pending()) void unfinished.drain(deadlineMillis)
  }

  const onExit = () => {
    if (unfinished.pending()) unfinished.deliverAtExit(deadlineMillis)
  }

  const onSignal = (signal: EndSignal) => {
    if (endingSince === undefined && process.listenerCount(signal) > 1) {
      process.off(signal, onSignal)
      unfinished.hurry()
      return
    }
    const now = performance.now()
    if (endingSince === undefined) {
      endingSince = now
      void unfinished.drain(deadlineMillis).then(() => {
        // The application went on meanwhile. Now nothing can end any more, and what has ended goes out as at an exit.
        const left = deadlineMillis - (performance.now() - now)
        if (unfinished.pending() && left > 0) unfinished.deliverAtExit(left)
        raise(signal)
      })
    } else if (now - endingSince >= SAME_SIGNAL_WITHIN) {
      raise(signal)
    }
  }

  const raise = (signal: EndSignal) => {
    uninstall()
    process.kill(process.pid, signal)
  }

  const uninstall = () => {
    process.off('beforeExit', onBeforeExit)
    process.off('exit', onExit)
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }

  process.on('beforeExit', onBeforeExit)
  process.on('exit', onExit)
  if (signals) {
    // First in line, to see listeners that are there for one signal only.
    for (const signal of SIGNALS) process.prependListener(signal, onSignal)
  }
  return uninstall
}
