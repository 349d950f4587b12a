import { useEffect, useState } from 'preact/hooks'

/** The time in milliseconds since 1970, as it goes by in steps of `stepMillis`. */
export function useNow(stepMillis: number): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), stepMillis)
    return () => clearInterval(timer)
  }, [stepMillis])
  return now
}
