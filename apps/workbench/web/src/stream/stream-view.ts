/** How the time of a row is written. */
export const timeForms = {
  clock: 'Time of day',
  ago: 'How long ago',
  utc: 'Date and time, UTC',
} as const

export type TimeForm = keyof typeof timeForms

/** Beyond so many columns none has room. */
export const mostColumns = 6

/** What a line of the stream shows, as its URL says. */
export type StreamView = {
  readonly time: TimeForm
  /** Names of fields that have columns of their own, in their order. */
  readonly columns: readonly string[]
  /** Whether the fields that have none follow in line. */
  readonly rest: boolean
}

export function readStreamView(query: URLSearchParams): StreamView {
  const time = query.get('time')
  const names = (query.get('columns') ?? '').split(',').map((name) => name.trim())
  return {
    time: time !== null && Object.hasOwn(timeForms, time) ? (time as TimeForm) : 'clock',
    columns: [...new Set(names)].filter((name) => name !== '').slice(0, mostColumns),
    rest: query.get('rest') !== 'hidden',
  }
}
