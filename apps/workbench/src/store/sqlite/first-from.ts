/** Index of the first of ascending places that is not before `start`. */
export function firstFrom(places: readonly number[], start: number): number {
  let low = 0
  let high = places.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((places[middle] as number) < start) low = middle + 1
    else high = middle
  }
  return low
}
