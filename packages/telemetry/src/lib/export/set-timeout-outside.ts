import { AsyncLocalStorage } from 'node:async_hooks'

const outside = AsyncLocalStorage.snapshot()

/**
 * A timer that keeps no process alive, and is set outside of the request that sets it: it, and all that it starts, would hold
 * on to what the application keeps of that request in an `AsyncLocalStorage`.
 */
export function setTimeoutOutside(callback: () => void, millis: number): NodeJS.Timeout {
  return outside(() => setTimeout(callback, millis).unref())
}
