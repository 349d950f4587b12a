import { useEffect, useReducer, useRef, useState } from 'preact/hooks'
import type { StreamPage } from '../../../src/api/contract.ts'
import { type ApiError, getJson } from '../app/get-json.ts'
import { listen } from '../app/listen.ts'
import {
  emptyTail,
  hold,
  type LiveTail,
  release,
  withArrivals,
  withGap,
  withNewer,
  withOlder,
} from './live-tail.ts'

/** Rows asked for at once, when the screen opens and when older ones are scrolled to. */
const pageRows = 200

export type Stream = {
  readonly tail: LiveTail
  /** `searching` while the first page or an older one is on its way. */
  readonly state: 'searching' | 'idle'
  /** Whether there is more to search for below; no more than fits the bounds is fetched. */
  readonly more: boolean
  readonly error: ApiError | undefined
  /** Of the live connection; `null` when a time window is looked at. */
  readonly connection: 'connecting' | 'open' | null
  readonly hold: () => void
  readonly release: () => void
  readonly older: () => void
  readonly retry: () => void
}

type Page = {
  readonly state: 'searching' | 'idle'
  readonly cursor: string | null
  readonly error: ApiError | undefined
}

/** Rows that match `params` (of the API's filter): those there are, and, when `live`, those that arrive. */
export function useStream(params: string, live: boolean): Stream {
  const tail = useRef(emptyTail)
  const [page, setPage] = useState<Page>({ state: 'searching', cursor: null, error: undefined })
  const [connection, setConnection] = useState<Stream['connection']>(live ? 'connecting' : null)
  const [round, setRound] = useState(0)
  const [, rerender] = useReducer((count: number) => count + 1, 0)
  const turn = useRef<AbortController>(new AbortController())
  const set = useRef((next: LiveTail) => {
    if (next === tail.current) return
    tail.current = next
    rerender(undefined)
  }).current

  // `round` stands for "once more".
  useEffect(() => {
    const abort = new AbortController()
    turn.current = abort
    // What arrives while the first page is on its way: it goes on top of that page, not below it.
    let early: LiveTail | null = emptyTail
    set(tail.current.held ? hold(emptyTail) : emptyTail)
    setPage({ state: 'searching', cursor: null, error: undefined })
    setConnection(live ? 'connecting' : null)

    let asked = false
    const ask = async () => {
      if (asked) return
      asked = true
      const asking = getJson<StreamPage>(pageAddress(params, null), abort.signal)
      const answer = await asking.catch((error: ApiError) => error)
      if (abort.signal.aborted) return
      let next = tail.current
      if (answer instanceof Error) {
        // The live connection asks once more when it is back.
        asked = false
        setPage({ state: 'idle', cursor: null, error: answer })
      } else {
        next = withOlder(next, answer.rows, sizeOf(answer))
        setPage({ state: 'idle', cursor: answer.nextCursor, error: undefined })
      }
      if (early) next = withNewer(next, early)
      early = null
      set(next)
    }
    if (!live) {
      void ask()
      return () => abort.abort()
    }

    const arrive = (change: (tail: LiveTail) => LiveTail) => {
      if (early) early = change(early)
      else set(change(tail.current))
    }
    const stop = listen(`/api/live?${params}`, {
      onState: (state) => {
        setConnection(state)
        void ask()
      },
      onRows: (rows, characters) => arrive((before) => withArrivals(before, rows, characters)),
      onGap: (missed) => arrive((before) => withGap(before, missed)),
    })
    return () => {
      abort.abort()
      stop()
    }
  }, [params, live, round, set])

  const older = () => {
    const { cursor } = page
    if (page.state === 'searching' || cursor === null || tail.current.cut) return
    const { signal } = turn.current
    setPage({ ...page, state: 'searching' })
    getJson<StreamPage>(pageAddress(params, cursor), signal).then(
      (answer) => {
        if (signal.aborted) return
        set(withOlder(tail.current, answer.rows, sizeOf(answer)))
        setPage({ state: 'idle', cursor: answer.nextCursor, error: undefined })
      },
      (error: ApiError) => {
        if (!signal.aborted) setPage({ state: 'idle', cursor, error })
      },
    )
  }
  return {
    tail: tail.current,
    state: page.state,
    more: page.cursor !== null && !tail.current.cut,
    error: page.error,
    connection,
    hold: () => set(hold(tail.current)),
    release: () => set(release(tail.current)),
    older,
    retry: () => setRound((count) => count + 1),
  }
}

function pageAddress(params: string, cursor: string | null): string {
  const query = new URLSearchParams(params)
  query.set('limit', String(pageRows))
  if (cursor !== null) query.set('cursor', cursor)
  return `/api/stream?${query}`
}

const sizeOf = (page: StreamPage): number => JSON.stringify(page.rows).length
