import { useEffect, useState } from 'preact/hooks'
import type { Trace } from '../../../src/api/contract.ts'
import { getJson } from '../app/get-json.ts'

export type ReadTraces = {
  readonly traces: ReadonlyMap<string, Trace>
  /** Ids that were answered for, with a trace or without. */
  readonly settled: ReadonlySet<string>
}

/** Reads several traces, and reads them again when `version` changes; what was read stays until its newer form is here. */
export function useTraces(traceIds: readonly string[], version: unknown): ReadTraces {
  const [read, setRead] = useState<ReadTraces>({ traces: new Map(), settled: new Set() })
  const wanted = traceIds.join()
  // `version` stands for "read again".
  useEffect(() => {
    if (wanted === '') return
    const abort = new AbortController()
    for (const id of wanted.split(',')) {
      const settle = (trace?: Trace) =>
        setRead(({ traces, settled }) => ({
          traces: trace ? new Map(traces).set(id, trace) : traces,
          settled: new Set(settled).add(id),
        }))
      getJson<Trace>(`/api/traces/${id}`, abort.signal).then(settle, (error) => {
        if (abort.signal.aborted) return
        // A trace that was evicted since the link set was read is told by the next link set.
        if (error.status !== 404) console.error(error)
        settle()
      })
    }
    return () => abort.abort()
  }, [wanted, version])
  return read
}
