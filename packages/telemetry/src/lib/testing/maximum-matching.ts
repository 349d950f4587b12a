/**
 * Gives as many of `lefts` as possible one of `rights` each, so that each fits and none is given twice
 * (augmenting paths: whoever holds what another one needs moves on to something else that fits).
 *
 * @returns for each of `lefts`, in order, what it got
 */
export function maximumMatching<Left, Right>(
  lefts: readonly Left[],
  rights: readonly Right[],
  fits: (left: Left, right: Right) => boolean,
): (Right | undefined)[] {
  /** By position among the rights, the position of the left that holds it. */
  const holders = new Map<number, number>()
  const give = (left: number, tried: Set<number>): boolean =>
    rights.some((right, position) => {
      if (tried.has(position) || !fits(lefts[left] as Left, right)) return false
      tried.add(position)
      const holder = holders.get(position)
      if (holder !== undefined && !give(holder, tried)) return false
      holders.set(position, left)
      return true
    })
  for (const left of lefts.keys()) give(left, new Set())
  const given = new Map(Array.from(holders, ([right, left]) => [left, rights[right]]))
  return lefts.map((_, left) => given.get(left))
}
