import type { TraceState } from '@opentelemetry/api'
import { parseTraceState } from '../links/tracestate.ts'

/** OpenTelemetry's member of `tracestate`: `ot=th:c;rv:6e6d1a75832a2f`. */
const KEY = 'ot'

/** Of two letters and a colon, both. */
const TH = 'th:'
const RV = 'rv:'

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
  let threshold: string | undefined
  let randomness: string | undefined
  for (const subKey of value.split(';')) {
    // Of a sub-key that is there twice no value is valid, as no value has a semicolon.
    if (subKey.startsWith(TH)) threshold = add(threshold, subKey)
    else if (subKey.startsWith(RV)) randomness = add(randomness, subKey)
  }
  return {
    hasThreshold: threshold !== undefined,
    threshold: threshold !== undefined && THRESHOLD.test(threshold) ? threshold : undefined,
    randomness: randomness !== undefined && RANDOMNESS.test(randomness) ? randomness : undefined,
  }
}

function add(earlier: string | undefined, subKey: string): string {
  const value = subKey.slice(TH.length)
  return earlier === undefined ? value : `${earlier};${value}`
}

/** The same list without `th`; every other sub-key and member stays as it is. */
export function withoutThreshold(traceState: TraceState): TraceState {
  const others = traceState
    .get(KEY)
    ?.split(';')
    .filter((subKey) => !subKey.startsWith(TH))
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
  if (threshold !== undefined) subKeys.push(`${TH}${threshold}`)
  if (randomness !== undefined) subKeys.push(`${RV}${randomness}`)
  return subKeys.length === 0 ? undefined : parseTraceState(`${KEY}=${subKeys.join(';')}`)
}
