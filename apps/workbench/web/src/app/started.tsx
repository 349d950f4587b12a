import { useEffect, useState } from 'preact/hooks'
import { dayAndTime, exactTime, timeAgo } from './format-time.ts'

/** When something started: how long ago, and at what time. */
export function Started({ unixNano }: { readonly unixNano: string }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000)
    return () => clearInterval(timer)
  }, [])
  return (
    <time dateTime={exactTime(unixNano)} title={exactTime(unixNano)}>
      {timeAgo(unixNano, now)}, at <span class="number">{dayAndTime(unixNano, now)}</span>
    </time>
  )
}
