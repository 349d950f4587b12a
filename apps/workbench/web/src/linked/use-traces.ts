import { useEffect, useState } from 'preact/hooks'
import type { Trace } from '../../../src/api/contract.ts'
import { getJson } from '../app/get-json.ts'

/** Reads several traces, and reads them again when `version` changes; what was read stays until its newer form is here. */
export function useTraces(traceIds: readonly string[], version: unknown): ReadonlyMap<string, Trace> {
  const [traces, setTraces] = useState<ReadonlyMap<string, Trace>>(new Map())
  const wanted = traceIds.join()
  // `version` stands for "read again".
  useEffect(() => {
    if (wanted === '') return
    const abort = new AbortController()
    for (const id of wanted.split(',')) {
      getJson<Trace>(`/api/traces/${id}`, abort.signal).then(
        (trace) => setTraces((known) => new Map(known).set(id, trace)),
        (error) => {
          // A trace that was evicted since the link set was read is told by the next link set.
          if (!abort.signal.aborted && error.status !== 404) console.error(error)
        },
      )
    }
    return () => abort.abort()
  }, [wanted, version])
  return traces
}
