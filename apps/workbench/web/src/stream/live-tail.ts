import type { Row } from '../../../src/api/contract.ts'

/** What stands in a line of the tail: a span, or that spans before it were left out. */
export type TailLine =
  | { readonly kind: 'row'; readonly id: string; readonly row: Row; readonly size: number }
  /** `missed` is `null` when nobody counted. */
  | { readonly kind: 'gap'; readonly id: string; readonly missed: number | null; readonly size: 0 }

/** The newest spans, bounded. Newest first throughout. */
export type LiveTail = {
  readonly shown: readonly TailLine[]
  /** What came while held, bounded like `shown`. */
  readonly waiting: readonly TailLine[]
  /** How many came while held, however many of them are still there. */
  readonly waitingCount: number
  readonly held: boolean
  /** Whether older lines had to go. */
  readonly cut: boolean
  /** Spans that came since the tail was opened, held or not. */
  readonly arrived: number
}

export type TailBounds = {
  readonly lines: number
  /** Of the rows as JSON, in characters: rows with large attributes must not fill memory. */
  readonly characters: number
}

/** At 1 kB a row both bounds are met at about the same time. */
export const tailBounds: TailBounds = { lines: 10_000, characters: 16 * 2 ** 20 }

export const emptyTail: LiveTail = {
  shown: [],
  waiting: [],
  waitingCount: 0,
  held: false,
  cut: false,
  arrived: 0,
}

/**
 * Puts arrivals on top, or aside while the tail is held. `rows` come newest last, as the live connection brings them; those that are
 * there already, because a connection resumed, are left out. `characters` is the length of their JSON.
 */
export function withArrivals(
  tail: LiveTail,
  rows: readonly Row[],
  characters: number,
  bounds: TailBounds = tailBounds,
): LiveTail {
  const known = newestIds(tail, rows.length)
  const size = Math.ceil(characters / Math.max(1, rows.length))
  const lines: TailLine[] = []
  for (let index = rows.length - 1; index >= 0; index--) {
    const row = rows[index]
    if (row && !known.has(row._rowId)) lines.push({ kind: 'row', id: row._rowId, row, size })
  }
  if (lines.length === 0) return tail
  return onTop({ ...tail, arrived: tail.arrived + lines.length }, lines, lines.length, bounds)
}

/** Notes that spans were left out between what is there and what will come. */
export function withGap(tail: LiveTail, missed: number | null, bounds: TailBounds = tailBounds): LiveTail {
  const newest = tail.waiting[0] ?? tail.shown[0]
  if (!newest) return tail
  if (newest.kind === 'gap') {
    const sum = newest.missed === null || missed === null ? null : newest.missed + missed
    const [, ...rest] = tail.waiting.length > 0 ? tail.waiting : tail.shown
    const lines = [{ ...newest, missed: sum }, ...rest]
    return tail.waiting.length > 0 ? { ...tail, waiting: lines } : { ...tail, shown: lines }
  }
  return onTop(tail, [{ kind: 'gap', id: `gap-after-${newest.id}`, missed, size: 0 }], 0, bounds)
}

/** Puts older rows, newest first, below what is shown. */
export function withOlder(
  tail: LiveTail,
  rows: readonly Row[],
  characters: number,
  bounds: TailBounds = tailBounds,
): LiveTail {
  const known = new Set(tail.shown.map((line) => line.id))
  const waiting = new Set(tail.waiting.map((line) => line.id))
  const size = Math.ceil(characters / Math.max(1, rows.length))
  const lines = rows
    .filter((row) => !known.has(row._rowId) && !waiting.has(row._rowId))
    .map((row): TailLine => ({ kind: 'row', id: row._rowId, row, size }))
  const { lines: shown, cut } = within([...tail.shown, ...lines], bounds)
  return { ...tail, shown, cut: tail.cut || cut }
}

/** Puts another tail on top, without what both have: a connection opened beside the first page brings some of its rows, too. */
export function withNewer(tail: LiveTail, newer: LiveTail, bounds: TailBounds = tailBounds): LiveTail {
  const known = new Set(tail.shown.map((line) => line.id))
  const fresh = newer.shown.filter((line) => !known.has(line.id))
  const { lines: shown, cut } = within([...fresh, ...tail.shown], bounds)
  return { ...tail, shown, cut: tail.cut || cut, arrived: tail.arrived + newer.arrived }
}

/** Holds the tail: what comes waits. */
export const hold = (tail: LiveTail): LiveTail => (tail.held ? tail : { ...tail, held: true })

/** Lets go: what waited comes on top. */
export function release(tail: LiveTail, bounds: TailBounds = tailBounds): LiveTail {
  if (!tail.held) return tail
  const { lines: shown, cut } = within([...tail.waiting, ...tail.shown], bounds)
  return { ...tail, shown, cut: tail.cut || cut, waiting: [], waitingCount: 0, held: false }
}

function onTop(tail: LiveTail, lines: readonly TailLine[], count: number, bounds: TailBounds): LiveTail {
  if (tail.held) {
    const { lines: waiting } = within([...lines, ...tail.waiting], bounds)
    return { ...tail, waiting, waitingCount: tail.waitingCount + count }
  }
  const { lines: shown, cut } = within([...lines, ...tail.shown], bounds)
  return { ...tail, shown, cut: tail.cut || cut }
}

/** The first of `lines` that keep to both bounds, and whether others had to go. */
function within(lines: TailLine[], bounds: TailBounds): { lines: TailLine[]; cut: boolean } {
  let characters = 0
  let count = 0
  for (const line of lines) {
    characters += line.size
    if (count === bounds.lines || (characters > bounds.characters && count > 0)) break
    count++
  }
  const cut = count < lines.length
  if (cut) lines.length = count
  return { lines, cut }
}

/**
 * Ids among which a repeated row would be: a connection that resumes repeats at most what the page saw last, which is on top.
 */
function newestIds(tail: LiveTail, batch: number): Set<string> {
  const ids = new Set<string>()
  const reach = Math.max(1_000, 2 * batch)
  for (const lines of [tail.waiting, tail.shown]) {
    for (let index = 0; index < lines.length && ids.size < reach; index++) ids.add(lines[index]?.id ?? '')
  }
  return ids
}
