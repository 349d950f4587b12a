import type { Kind } from './kind.ts'

/** One knob: what it is called in the environment and in code, what it takes, and what it is when nobody says. */
export interface Setting<T, D extends T | undefined = T | undefined> {
  /** Variables, the first that is set is used. */
  readonly env: readonly string[]
  /** Path in `TelemetryOptions`, such as `queue.maxQueueSize`. */
  readonly option?: string
  readonly kind: Kind<T>
  readonly default: D
  /** The default in words, where the value does not say it. */
  readonly defaultText?: string
  /** What it is for: a sentence or two of the configuration reference. */
  readonly doc: string
}

/** Ties a setting's default to its kind; the definition itself passes through. */
export function setting<T>(definition: Setting<T, undefined>): Setting<T, undefined>
export function setting<T>(definition: Setting<T, NoInfer<T>>): Setting<T, T>
export function setting<T>(definition: Setting<T>): Setting<T> {
  return definition
}
