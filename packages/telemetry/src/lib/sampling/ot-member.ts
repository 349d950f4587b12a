import type { TraceState } from '@opentelemetry/api'
import { parseTraceState } from '../links/tracestate.ts'

/** OpenTelemetry's member of `tracestate`: `ot=th:c;rv:6e6d1a75832a2f`. */
const KEY = 'ot'

const THRESHOLD = /^[\da-f]{1,14}$/
const RANDOMNESS = /^[\da-f]{14}$/

/** What a trace says about its sampling. */
export interface OtMember {
  /** There is a `th`, valid or not. */
  readonly hasThreshold: boolean
  /** `th`: 1 to 14 hexadecimal digits, zeros at the end may be missing. */
  readonly threshold: string | undefined
  /** `rv`: 14 hexadecimal digits. */
  readonly randomness: string | undefined
}

const NOTHING: OtMember = { hasThreshold: false, threshold: undefined, randomness: undefined }

/**
 * Reads `th` and `rv`. A value that is not as specified, or that is there twice, is as good as none.
 *
 * Source: OpenTelemetry specification, trace/tracestate-handling.md.
 */
export function readOtMember(traceState: TraceState | undefined): OtMember {
  const value = traceState?.get(KEY)
  if (value === undefined) return NOTHING
  const subKeys = value.split(';')
  const thresholds = valuesOf(subKeys, 'th:')
  return {
    hasThreshold: thresholds.length > 0,
    threshold: only(thresholds, THRESHOLD),
    randomness: only(valuesOf(subKeys, 'rv:'), RANDOMNESS),
  }
}

/** The same list without `th`; every other sub-key and member stays as it is. */
export function withoutThreshold(traceState: TraceState): TraceState {
  const others = traceState
    .get(KEY)
    ?.split(';')
    .filter((subKey) => !subKey.startsWith('th:'))
  return others === undefined || others.length === 0
    ? traceState.unset(KEY)
    : traceState.set(KEY, others.join(';'))
}

/** The `tracestate` of a new root; `undefined` if it has nothing to say. */
export function otTraceState(
  threshold: string | undefined,
  randomness: string | undefined,
): TraceState | undefined {
  const subKeys: string[] = []
  if (threshold !== undefined) subKeys.push(`th:${threshold}`)
  if (randomness !== undefined) subKeys.push(`rv:${randomness}`)
  return subKeys.length === 0 ? undefined : parseTraceState(`${KEY}=${subKeys.join(';')}`)
}

function valuesOf(subKeys: readonly string[], prefix: string): string[] {
  return subKeys.flatMap((subKey) => (subKey.startsWith(prefix) ? subKey.slice(prefix.length) : []))
}

function only([value, ...others]: readonly string[], format: RegExp): string | undefined {
  return value !== undefined && others.length === 0 && format.test(value) ? value : undefined
}
