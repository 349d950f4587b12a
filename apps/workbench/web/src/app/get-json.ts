import type { Problem } from '../../../src/api/contract.ts'

/** An answer of the workbench's API that is not what was asked for; `code` is the problem's, or `unreachable`. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: string
  readonly status: number

  constructor(code: string, status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.status = status
  }
}

/** Gets JSON from the API; throws {@link ApiError}. */
export async function getJson<T>(address: string, signal?: AbortSignal): Promise<T> {
  let response: Response
  try {
    response = await fetch(address, { headers: { accept: 'application/json' }, signal: signal ?? null })
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new ApiError('unreachable', 0, 'The workbench does not answer. Is it still running?', { cause })
  }
  if (response.ok) return (await response.json()) as T
  const problem: Partial<Problem> = await response.json().catch(() => ({}))
  throw new ApiError(
    problem.code ?? 'unknown',
    response.status,
    problem.detail ?? `The workbench answered ${response.status}.`,
  )
}
