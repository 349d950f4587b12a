import { setTimeout as sleep } from 'node:timers/promises'

const PAUSE_MILLIS = 100
const ANSWER_MILLIS = 2_000

/**
 * Asks `<url>/readyz` until it answers 200; `onSlow` hears once what is in the way.
 *
 * @returns false when `signal` ended the wait.
 */
export async function waitUntilReady(
  url: string,
  options: { signal: AbortSignal; slowAfterMillis: number; onSlow: (reason: string) => void },
): Promise<boolean> {
  const { signal, slowAfterMillis, onSlow } = options
  const slowAt = performance.now() + slowAfterMillis
  let said = false
  while (!signal.aborted) {
    const reason = await whyNotReady(`${url}/readyz`, signal)
    if (reason === undefined) return true
    if (!said && performance.now() > slowAt) {
      said = true
      onSlow(reason)
    }
    await sleep(PAUSE_MILLIS, undefined, { signal }).catch(() => {})
  }
  return false
}

async function whyNotReady(url: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MILLIS)]),
    })
    await response.body?.cancel()
    return response.ok ? undefined : `${url} answers ${response.status}.`
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error
    return `${url}: ${cause instanceof Error ? cause.message : cause}`
  }
}
