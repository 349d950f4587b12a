/** Kept, as the global is a getter, which would be asked each time. */
const { performance } = globalThis

/** Milliseconds since the process began, on a clock that never goes back: `performance.now()`. */
export function monotonicMillis(): number {
  return performance.now()
}
