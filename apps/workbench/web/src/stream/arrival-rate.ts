/** Counts seen at a time, in milliseconds; oldest first. */
export type RateSample = { readonly millis: number; readonly count: number }

/** The rate is that of so long, in milliseconds: shorter, it flickers; longer, it lags. */
const windowMillis = 5_000

/** Adds the running count `count` at `millis`, letting samples go that no rate needs. Bound: those of one window, and one before it. */
export function withSample(
  samples: readonly RateSample[],
  millis: number,
  count: number,
): readonly RateSample[] {
  const last = samples.at(-1)
  const kept = last && count < last.count ? [] : samples
  const first = kept.findLastIndex((sample) => sample.millis <= millis - windowMillis)
  return [...kept.slice(Math.max(0, first)), { millis, count }]
}

/** Arrivals per second over the samples' time; `null` before there is a second to tell from. */
export function rateOf(samples: readonly RateSample[]): number | null {
  const [first, last] = [samples[0], samples.at(-1)]
  if (!first || !last || last.millis - first.millis < 1_000) return null
  return ((last.count - first.count) * 1_000) / (last.millis - first.millis)
}
