import type { HrTime } from '@opentelemetry/api'

const NANOS_PER_SECOND = 1_000_000_000

/** A time in milliseconds since 1970 as seconds and nanoseconds, to the microsecond: numbers hold no more of it. */
export function microsecondTime(millis: number): HrTime {
  const seconds = Math.trunc(millis / 1000)
  return [seconds, Math.trunc((millis - seconds * 1000) * 1000) * 1000]
}

/** A time that is so many milliseconds after another. */
export function timeAfter(time: HrTime, millis: number): HrTime {
  const sum = time[1] + Math.round((millis % 1000) * 1_000_000)
  const whole = time[0] + Math.trunc(millis / 1000)
  return sum >= NANOS_PER_SECOND ? [whole + 1, sum - NANOS_PER_SECOND] : [whole, sum]
}

export function isBefore(time: HrTime, other: HrTime): boolean {
  return time[0] < other[0] || (time[0] === other[0] && time[1] < other[1])
}
