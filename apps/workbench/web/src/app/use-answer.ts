import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, getJson } from './get-json.ts'

/** What is known of an answer of the API. While a newer one is on its way, `value` is the last one of the same address. */
export type Answer<T> = {
  readonly value: T | undefined
  readonly error: ApiError | undefined
  /** Asks again, keeping what is shown until the new answer is here. */
  readonly refresh: () => void
}

/** Asks the API for `address` (`null` asks for nothing), and again whenever it changes or `refresh` is called. */
export function useAnswer<T>(address: string | null): Answer<T> {
  type State = { address: string | null; value: T | undefined; error: ApiError | undefined }
  const [state, setState] = useState<State>({ address: null, value: undefined, error: undefined })
  const [round, setRound] = useState(0)
  const refresh = useRef(() => setRound((count) => count + 1)).current

  // `round` stands for "ask again".
  useEffect(() => {
    if (address === null) return
    const abort = new AbortController()
    getJson<T>(address, abort.signal).then(
      (value) => setState({ address, value, error: undefined }),
      (error: ApiError) => {
        if (!abort.signal.aborted) setState({ address, value: undefined, error })
      },
    )
    return () => abort.abort()
  }, [address, round])

  const current = state.address === address
  return { value: current ? state.value : undefined, error: current ? state.error : undefined, refresh }
}
