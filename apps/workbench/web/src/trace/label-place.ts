/** Where a bar's label stands: behind it, before it, or on its end. */
export type LabelPlace = 'after' | 'before' | 'upon'

/** Pixels that letters, and chips beside them, take at 12 px. */
const letter = 7
const chip = 12

/** The room a label of `words`, of which those from the second on are chips, takes in pixels. */
export const labelRoom = (words: readonly string[]): number =>
  words.reduce((sum, word) => sum + word.length * letter, 14) + (words.length - 1) * chip

/** The first place with room for it; on the bar where there is none. All in pixels: `beyond` is there behind the end of the axis. */
export function labelPlace(
  room: number,
  bar: { readonly from: number; readonly to: number },
  axis: { readonly width: number; readonly beyond: number },
): LabelPlace {
  if (axis.width + axis.beyond - bar.to >= room) return 'after'
  if (bar.from >= room) return 'before'
  return 'upon'
}
