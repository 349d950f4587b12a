import { timeTicks } from '../app/time-ticks.ts'

/** A trace to place: milliseconds since 1970 and nanoseconds. */
export type ScatterTrace = {
  readonly traceId: string
  readonly startMillis: number
  readonly durationNanos: number
  readonly error: boolean
}

export type ScatterPoint = {
  readonly traceId: string
  readonly x: number
  readonly y: number
  readonly error: boolean
}

export type ScatterTick = { readonly at: number; readonly value: number }

export type ScatterPlot = {
  readonly points: readonly ScatterPoint[]
  /** Along x; values in milliseconds since 1970. */
  readonly timeTicks: readonly ScatterTick[]
  /** Along y; values in nanoseconds, a power of ten each, or its half and fifth where there are few. */
  readonly durationTicks: readonly ScatterTick[]
  /** What a place in the plot means. */
  readonly timeAt: (x: number) => number
  readonly durationAt: (y: number) => number
}

export type ScatterSize = {
  readonly width: number
  readonly height: number
  /** The time shown, in milliseconds since 1970; the traces' own where it is not given. */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** Below this a duration is drawn as if it were this: a logarithm has no place for 0 and less. */
const shortest = 1_000

/** Points lie this far inside the plot, so that none is cut in half at its edge. */
const inset = 6

/** Places traces by start (linear, left to right) and duration (logarithmic, upwards). */
export function plotScatter(traces: readonly ScatterTrace[], size: ScatterSize): ScatterPlot {
  const starts = bounds(traces.map((trace) => trace.startMillis))
  const lengths = bounds(traces.map((trace) => Math.max(shortest, trace.durationNanos)))
  const from = size.from ?? starts.least
  const to = Math.max(size.to ?? starts.most, from)
  const [left, right] = to > from ? [from, to] : [from - 500, from + 500]
  let [low, high] = [Math.log10(lengths.least), Math.log10(lengths.most)]
  // At least one decade, or the noise of equal durations would fill the plot.
  if (high - low < 1) [low, high] = [(low + high - 1) / 2, (low + high + 1) / 2]
  const across = Math.max(1, size.width - 2 * inset)
  const up = Math.max(1, size.height - 2 * inset)
  const xOf = (millis: number) => inset + ((millis - left) / (right - left)) * across
  const yOf = (nanos: number) =>
    inset + (1 - (Math.log10(Math.max(shortest, nanos)) - low) / (high - low)) * up
  return {
    points: traces.map(({ traceId, startMillis, durationNanos, error }) => ({
      traceId,
      x: xOf(startMillis),
      y: yOf(durationNanos),
      error,
    })),
    timeTicks: (traces.length === 0
      ? []
      : timeTicks(left * 1e6, right * 1e6, Math.max(1, size.width / 160))
    ).map((nanos) => ({
      at: xOf(nanos / 1e6),
      value: nanos / 1e6,
    })),
    durationTicks: (traces.length === 0 ? [] : decades(low, high)).map((nanos) => ({
      at: yOf(nanos),
      value: nanos,
    })),
    timeAt: (x) => left + ((x - inset) / across) * (right - left),
    durationAt: (y) => 10 ** (low + (1 - (y - inset) / up) * (high - low)),
  }
}

/** The point nearest to a place, no farther than `reach`; where two lie alike, the one drawn later and thus on top. */
export function pointAt(
  points: readonly ScatterPoint[],
  x: number,
  y: number,
  reach: number,
): ScatterPoint | undefined {
  let nearest: ScatterPoint | undefined
  let least = reach ** 2
  for (const point of points) {
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2
    if (distance <= least) [nearest, least] = [point, distance]
  }
  return nearest
}

/** All points as one path of dots (round caps on lines without length): thousands cost one element. */
export function dotsPath(points: readonly ScatterPoint[]): string {
  return points.map(({ x, y }) => `M${round(x)} ${round(y)}h0`).join('')
}

const round = (pixels: number): number => Math.round(pixels * 10) / 10

function bounds(values: readonly number[]): { least: number; most: number } {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  return values.length === 0 ? { least: 1e6, most: 1e6 } : { least, most }
}

function decades(low: number, high: number): number[] {
  const factors = high - low < 2.5 ? [1, 2, 5] : [1]
  const ticks: number[] = []
  for (let power = Math.floor(low); power <= Math.ceil(high); power++) {
    for (const factor of factors) {
      const nanos = factor * 10 ** power
      if (Math.log10(nanos) >= low && Math.log10(nanos) <= high) ticks.push(nanos)
    }
  }
  return ticks
}
