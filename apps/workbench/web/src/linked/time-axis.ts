import { timeTicks } from '../app/time-ticks.ts'

/** Nanoseconds since an origin that both share. */
export type Interval = { readonly start: number; readonly end: number }

/** A piece of the axis: `from`…`to` of its length, 0…1, show `start`…`end`. In a `cut` nothing happens, and it is drawn shorter than it lasted. */
export type AxisPiece = Interval & { readonly from: number; readonly to: number; readonly cut: boolean }

export type TimeAxis = {
  readonly pieces: readonly AxisPiece[]
  /** Where a time stands on the axis, 0…1; what lies outside is moved to its end. */
  readonly at: (time: number) => number
}

/** A pause is cut out when it is longer than this share of all that happens. */
const longestPause = 0.6
/** Share of the axis that a cut takes. */
const cutLength = 0.1
/** All cuts together take no more than this share. */
const mostCut = 0.35

/**
 * One axis for things that happen far apart: stretches in which something happens share one scale, long pauses between them are cut. Without
 * that, two traces of 20 ms that are three hours apart would be two dots.
 */
export function timeAxis(busy: readonly Interval[], { cutPauses = true } = {}): TimeAxis {
  const stretches = merge(busy)
  const first = stretches[0] ?? { start: 0, end: 0 }
  const last = stretches.at(-1) ?? first
  const busyTime = stretches.reduce((sum, { start, end }) => sum + end - start, 0)
  const parts: (Interval & { cut: boolean })[] = []
  let open = { ...first }
  for (const stretch of stretches.slice(1)) {
    if (cutPauses && stretch.start - open.end > busyTime * longestPause) {
      parts.push({ ...open, cut: false }, { start: open.end, end: stretch.start, cut: true })
      open = { ...stretch }
    } else open.end = stretch.end
  }
  parts.push({ ...open, end: Math.max(open.end, last.end), cut: false })

  const cuts = parts.filter(({ cut }) => cut).length
  const lengthOfCut = cuts === 0 ? 0 : Math.min(cutLength, mostCut / cuts)
  const shown = parts.reduce((sum, part) => sum + (part.cut ? 0 : part.end - part.start), 0)
  const uncut = parts.length - cuts
  // A stretch of no length still needs a place to stand on.
  const least = uncut > 1 ? Math.min(0.06, 0.4 / uncut) : 0
  const room = 1 - cuts * lengthOfCut - uncut * least
  let from = 0
  const pieces = parts.map((part): AxisPiece => {
    const share = shown === 0 ? 1 / uncut : (part.end - part.start) / shown
    const to = from + (part.cut ? lengthOfCut : least + room * share)
    const piece = { ...part, from, to }
    from = to
    return piece
  })
  return { pieces, at: (time) => positionIn(pieces, time) }
}

function positionIn(pieces: readonly AxisPiece[], time: number): number {
  const piece = pieces.find(({ end }) => time <= end) ?? pieces.at(-1)
  if (!piece) return 0
  const length = piece.end - piece.start
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, (time - piece.start) / length))
  return piece.from + share * (piece.to - piece.from)
}

function merge(intervals: readonly Interval[]): Interval[] {
  const merged: { start: number; end: number }[] = []
  for (const { start, end } of [...intervals].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1)
    const least = Math.max(start, end)
    if (last && start <= last.end) last.end = Math.max(last.end, least)
    else merged.push({ start, end: least })
  }
  return merged
}

/** A time to label: `since` is what to count it from, which is another time after a cut. */
export type AxisTick = { readonly time: number; readonly since: number; readonly at: number }

/** Times to label, about `wanted` over the whole axis and none in cuts. */
export function axisTicks(axis: TimeAxis, wanted: number): AxisTick[] {
  return axis.pieces
    .filter(({ cut }) => !cut)
    .flatMap(({ start, end, from, to }, index) => {
      const since = index === 0 ? 0 : start
      const room = Math.max(1, Math.floor(wanted * (to - from)))
      return timeTicks(start - since, end - since, room).map((time) => ({
        time: time + since,
        since,
        at: from + ((time + since - start) / (end - start || 1)) * (to - from),
      }))
    })
}
