import { useEffect, useState } from 'preact/hooks'
import type { TracePage, TraceSummary } from '../../../src/api/contract.ts'
import { type ApiError, getJson } from '../app/get-json.ts'

const pageTraces = 100

/** Beyond so many a list helps nobody; a filter or a time window does. */
export const mostTraces = 2_000

export type TraceSearch = {
  readonly traces: readonly TraceSummary[]
  readonly state: 'searching' | 'idle'
  readonly error: ApiError | undefined
  /** Whether there is more to search. */
  readonly more: boolean
  /** Whether {@link mostTraces} kept it from going on. */
  readonly full: boolean
  readonly searchOn: () => void
}

type Found = {
  readonly key: string
  readonly traces: readonly TraceSummary[]
  readonly cursor: string | null
  readonly state: 'searching' | 'idle'
  readonly error: ApiError | undefined
}

/**
 * Traces with a span that matches `params` (of the API's filter), page by page. Another `round` searches anew, and shows what there was
 * until the new answer is here.
 */
export function useTraceSearch(params: string, round: number): TraceSearch {
  const key = `${round} ${params}`
  const [found, setFound] = useState<Found>({
    key: '',
    traces: [],
    cursor: null,
    state: 'searching',
    error: undefined,
  })
  /** The page asked for: `null` is the first. */
  const [asked, setAsked] = useState<{ readonly key: string; readonly cursor: string | null }>({
    key,
    cursor: null,
  })
  const cursor = asked.key === key ? asked.cursor : null

  useEffect(() => {
    const abort = new AbortController()
    const query = new URLSearchParams(params)
    query.set('limit', String(pageTraces))
    if (cursor !== null) query.set('cursor', cursor)
    setFound((before) => ({ ...before, state: 'searching', error: undefined }))
    getJson<TracePage>(`/api/traces?${query}`, abort.signal).then(
      (page) =>
        setFound((before) => ({
          key,
          traces: cursor === null ? page.traces : withPage(before.traces, page.traces),
          cursor: page.nextCursor,
          state: 'idle',
          error: undefined,
        })),
      (error: ApiError) => {
        if (abort.signal.aborted) return
        setFound((before) => ({
          ...before,
          key,
          traces: cursor === null ? [] : before.traces,
          state: 'idle',
          error,
        }))
      },
    )
    return () => abort.abort()
  }, [params, cursor, key])

  const full = found.traces.length >= mostTraces
  const more = found.cursor !== null && !full
  return {
    traces: found.traces,
    state: found.key === key ? found.state : 'searching',
    error: found.error,
    more,
    full: full && found.cursor !== null,
    searchOn: () => {
      if (more && found.key === key && found.state === 'idle') setAsked({ key, cursor: found.cursor })
    },
  }
}

/** A trace that goes on arriving may be found again on a later page. */
function withPage(traces: readonly TraceSummary[], page: readonly TraceSummary[]): readonly TraceSummary[] {
  const known = new Set(traces.map(({ traceId }) => traceId))
  return [...traces, ...page.filter(({ traceId }) => !known.has(traceId))].slice(0, mostTraces)
}
