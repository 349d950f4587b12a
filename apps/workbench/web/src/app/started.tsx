import { dayAndTime, exactTime, timeAgo } from './format-time.ts'
import { useNow } from './use-now.ts'

/** When something started: how long ago, and at what time. */
export function Started({ unixNano }: { readonly unixNano: string }) {
  const now = useNow(10_000)
  return (
    <time dateTime={exactTime(unixNano)} title={exactTime(unixNano)}>
      {timeAgo(unixNano, now)}, at <span class="number">{dayAndTime(unixNano, now)}</span>
    </time>
  )
}
