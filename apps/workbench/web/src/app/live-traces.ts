import { useEffect, useRef } from 'preact/hooks'
import type { LiveRows } from '../../../src/api/contract.ts'

/** At most this often is a screen told, in milliseconds: a busy trace must not make it ask without pause. */
const quietMillis = 500

/** Calls `onTouched` when spans arrive that belong to, or link to, one of `traceIds`. */
export function useLiveTraces(traceIds: ReadonlySet<string>, onTouched: () => void): void {
  const latest = useRef({ traceIds, onTouched })
  latest.current = { traceIds, onTouched }
  useEffect(() => {
    const source = new EventSource('/api/live')
    let timer: ReturnType<typeof setTimeout> | undefined
    const touched = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        latest.current.onTouched()
      }, quietMillis)
    }
    source.addEventListener('rows', (event) => {
      const { touchedTraceIds }: LiveRows = JSON.parse(event.data)
      if (touchedTraceIds.some((id) => latest.current.traceIds.has(id))) touched()
    })
    // What was left out may have been of these traces.
    source.addEventListener('gap', touched)
    return () => {
      clearTimeout(timer)
      source.close()
    }
  }, [])
}
