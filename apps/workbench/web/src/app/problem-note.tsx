import type { ApiError } from './get-json.ts'

/** What to show where an answer was to be. */
export function ProblemNote({ error, retry }: { readonly error: ApiError; readonly retry: () => void }) {
  return (
    <div class="note" role="alert">
      <h2>
        {error.status === 404 ? 'Not here' : error.status === 400 ? titleOf400(error.code) : 'No answer'}
      </h2>
      <p>{error.message}</p>
      <button type="button" class="button" onClick={retry}>
        Try again
      </button>
    </div>
  )
}

const titleOf400 = (code: string): string =>
  code === 'invalid_trace_id' ? 'That is no trace id' : 'That cannot be asked'
