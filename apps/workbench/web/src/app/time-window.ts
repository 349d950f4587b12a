import type { QueryChange } from './route.ts'

/** The time a view looks at: up to now, or between two moments. Moments are decimal nanoseconds since 1970. */
export type TimeWindow =
  | { readonly last: RelativeWindow }
  | { readonly from: string; readonly to: string | null }

export type RelativeWindow = keyof typeof relativeWindows

/** Windows to choose from that end now, with their words and their length in milliseconds. */
export const relativeWindows = {
  '15m': { label: 'Last 15 minutes', millis: 15 * 60_000 },
  '1h': { label: 'Last hour', millis: 3_600_000 },
  '6h': { label: 'Last 6 hours', millis: 6 * 3_600_000 },
  '24h': { label: 'Last 24 hours', millis: 24 * 3_600_000 },
  '7d': { label: 'Last 7 days', millis: 7 * 24 * 3_600_000 },
} as const

/** The window a URL holds as `last`, or as `from` and `to`; `null` when it holds none that can be read. */
export function readTimeWindow(query: URLSearchParams): TimeWindow | null {
  const last = query.get('last')
  if (last !== null && isRelativeWindow(last)) return { last }
  const from = query.get('from')
  const to = query.get('to')
  if (from === null || !isMoment(from) || (to !== null && !isMoment(to))) return null
  if (to !== null && BigInt(to) <= BigInt(from)) return null
  return { from, to }
}

/** The change of a URL's query that puts `window` into it. */
export function windowQuery(window: TimeWindow | null): QueryChange {
  if (window === null) return { last: null, from: null, to: null }
  if ('last' in window) return { last: window.last, from: null, to: null }
  return { last: null, from: window.from, to: window.to }
}

/** The moments a window means at `nowMillis`, as the API's parameters. */
export function windowBounds(
  window: TimeWindow | null,
  nowMillis: number,
): { readonly from?: string; readonly to?: string } {
  if (window === null) return {}
  if ('last' in window) return { from: nanosOf(nowMillis - relativeWindows[window.last].millis) }
  return window.to === null ? { from: window.from } : { from: window.from, to: window.to }
}

/** Milliseconds since 1970 as decimal nanoseconds. */
export const nanosOf = (millis: number): string => String(BigInt(Math.round(millis)) * 1_000_000n)

const isRelativeWindow = (text: string): text is RelativeWindow => Object.hasOwn(relativeWindows, text)

/** Up to 19 digits: what 64 bits of nanoseconds hold. */
const isMoment = (text: string): boolean => /^\d{1,19}$/.test(text)
