import type { SearchCursor } from '../store/telemetry-store.ts'

/** A cursor as text for clients, who need not understand it. */
export const writeCursor = ({ chunk, index }: SearchCursor): string =>
  `${chunk.toString(36)}.${index.toString(36)}`

/** The cursor that {@link writeCursor} wrote; `undefined` for anything else. */
export function readCursor(text: string): SearchCursor | undefined {
  const [, chunk, index] = /^([0-9a-z]{1,10})\.([0-9a-z]{1,6})$/.exec(text) ?? []
  if (chunk === undefined || index === undefined) return undefined
  return { chunk: Number.parseInt(chunk, 36), index: Number.parseInt(index, 36) }
}
