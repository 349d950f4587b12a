import type { LiveGap, LiveRows, Row } from '../../../src/api/contract.ts'

export type LiveListener = {
  /** `connecting` also while a lost connection is being made again. */
  readonly onState: (state: 'connecting' | 'open') => void
  /** Rows, newest last, and the length of their JSON in characters. */
  readonly onRows: (rows: readonly Row[], characters: number) => void
  readonly onGap: (missed: number | null) => void
}

/** After a refusal, in milliseconds: a browser makes lost connections again, but gives up on those that are refused. */
const againMillis = 3_000

/** Listens to the API's live updates at `address` until the function that is returned is called. */
export function listen(address: string, listener: LiveListener): () => void {
  let source: EventSource
  let timer: ReturnType<typeof setTimeout> | undefined
  const connect = (isFirst: boolean) => {
    source = new EventSource(address)
    source.addEventListener('open', () => {
      // A new connection does not know where the one before it stopped.
      if (!isFirst) listener.onGap(null)
      listener.onState('open')
    })
    source.addEventListener('error', () => {
      listener.onState('connecting')
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(() => connect(false), againMillis)
    })
    source.addEventListener('rows', ({ data }) => {
      const { rows }: LiveRows = JSON.parse(data)
      listener.onRows(rows, data.length)
    })
    source.addEventListener('gap', ({ data }) => {
      const { missed }: LiveGap = JSON.parse(data)
      listener.onGap(missed)
    })
  }
  connect(true)
  return () => {
    clearTimeout(timer)
    source.close()
  }
}
