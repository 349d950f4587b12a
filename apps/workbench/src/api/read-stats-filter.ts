import type { StatsFilter } from '../store/telemetry-store.ts'
import { invalid, type QueryParameters } from './query-parameters.ts'
import { readStatus, readTimes } from './read-span-filter.ts'

const minuteNanos = 60_000_000_000n
const hourNanos = 60n * minuteNanos

/** Reads `from` and `to`, widened to whole minutes; by default the hour that ends at `now`, in milliseconds since the Unix epoch. */
export function readStatsTimes(
  parameters: QueryParameters,
  now: number,
): Pick<StatsFilter, 'fromMinute' | 'toMinute'> {
  const given = readTimes(parameters)
  const to = given.to ?? BigInt(now) * 1_000_000n
  const from = given.from ?? (to > hourNanos ? to - hourNanos : 0n)
  if (from >= to) throw invalid('from', 'a time before to, which is now', 'a later one')
  return {
    fromMinute: Number(from / minuteNanos),
    toMinute: Number((to + minuteNanos - 1n) / minuteNanos),
  }
}

/** Reads the parameters that statistics of spans take. */
export function readStatsFilter(parameters: QueryParameters, now: number): StatsFilter {
  const service = parameters.text('service')
  const operation = parameters.text('operation')
  const status = readStatus(parameters)
  return {
    ...readStatsTimes(parameters, now),
    ...(service !== undefined && { service }),
    ...(operation !== undefined && { operation }),
    ...(status !== undefined && { status }),
  }
}
