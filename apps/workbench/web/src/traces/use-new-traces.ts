import { useEffect, useState } from 'preact/hooks'
import { listen } from '../app/listen.ts'

/** Counted no further than this. */
export const mostNewTraces = 1_000

/** How many traces that match `params` began to arrive since `round` began; at most {@link mostNewTraces}. */
export function useNewTraces(
  params: string,
  round: number,
  enabled: boolean,
  known: ReadonlySet<string>,
): number {
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set())
  // `round` stands for "from now on".
  useEffect(() => {
    setSeen(new Set())
    if (!enabled) return
    return listen(`/api/live?${params}`, {
      onState: () => {},
      onGap: () => {},
      onRows: (rows) =>
        setSeen((before) => {
          const next = new Set(before)
          for (const row of rows) if (next.size < mostNewTraces) next.add(row.trace_id)
          return next.size === before.size ? before : next
        }),
    })
  }, [params, round, enabled])
  let count = 0
  for (const traceId of seen) if (!known.has(traceId)) count++
  return count
}
