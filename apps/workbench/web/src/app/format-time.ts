import { formatDuration } from './format-duration.ts'

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const day = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric' })

/** Time of day with milliseconds, in the reader's time zone: `14:03:22.418`. */
export function clockTime(unixNano: string): string {
  const millis = Number(BigInt(unixNano) / 1_000_000n)
  return `${clock.format(millis)}.${String(((millis % 1000) + 1000) % 1000).padStart(3, '0')}`
}

/** {@link clockTime}, and the day unless it is today. */
export function dayAndTime(unixNano: string, nowMillis: number): string {
  const millis = Number(BigInt(unixNano) / 1_000_000n)
  const time = clockTime(unixNano)
  return day.format(millis) === day.format(nowMillis) ? time : `${day.format(millis)}, ${time}`
}

/** RFC 3339 with all nine digits, in UTC: what tooltips and copies hold. */
export function exactTime(unixNano: string): string {
  const nanos = BigInt(unixNano)
  const second = new Date(Number(nanos / 1_000_000_000n) * 1000).toISOString().slice(0, 19)
  return `${second}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z`
}

/** How long ago: `8 s ago`, `3 min ago`, `in 2 s` where the sender's clock is ahead. */
export function timeAgo(unixNano: string, nowMillis: number): string {
  const seconds = Math.round(nowMillis / 1000 - Number(BigInt(unixNano) / 1_000_000n) / 1000)
  if (seconds === 0) return 'just now'
  const span = formatDuration(coarse(Math.abs(seconds)) * 1e9)
  return seconds > 0 ? `${span} ago` : `in ${span}`
}

/** Seconds rounded to what still matters at that distance. */
function coarse(seconds: number): number {
  const unit = seconds >= 86_400 ? 86_400 : seconds >= 3_600 ? 3_600 : seconds >= 60 ? 60 : 1
  return Math.floor(seconds / unit) * unit
}
