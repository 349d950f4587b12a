import { quantile } from './median.ts'

/** How often the sets are drawn anew. */
const DRAWS = 2000

/**
 * How far chance may move the ratio of two quantiles, each of the values of all sets together: nine in ten of the ratios lie in it
 * when as many sets are drawn from those that there are, with replacement (Efron's bootstrap, percentiles 5 and 95). A set is
 * drawn whole, of both alike: what was measured in one process, or in the same minutes, is not independent.
 *
 * @param of as many sets as `base`, none of them empty.
 * @param share from 0 to 1, such as 0.99.
 */
export function ratioInterval(
  of: readonly (readonly number[])[],
  base: readonly (readonly number[])[],
  share: number,
): readonly [low: number, high: number] {
  const ofSets = of.map(ascending)
  const baseSets = base.map(ascending)
  const random = sequence()
  const ratios = Array.from({ length: DRAWS }, () => {
    const drawn = of.map(() => Math.floor(random() * of.length))
    return pooledQuantile(ofSets, drawn, share) / pooledQuantile(baseSets, drawn, share)
  })
  const at = (part: number) => quantile(ratios, part) ?? Number.NaN
  return [at(0.05), at(0.95)]
}

function ascending(set: readonly number[]): Float64Array {
  return Float64Array.from(set).sort()
}

/** The quantile of what was drawn of sorted sets. They are not sorted together, which would take minutes for all the draws. */
function pooledQuantile(sorted: readonly Float64Array[], drawn: readonly number[], share: number): number {
  const sets = drawn.flatMap((index) => sorted[index] ?? [])
  const needed = sets.reduce((total, set) => total + set.length, 0) * share
  let low = 0
  let high = Math.max(...sets.map((set) => set.at(-1) ?? 0))
  // To some hundred-thousandth of the greatest value: a clock is not more exact.
  for (let halving = 0; halving < 17; halving++) {
    const middle = (low + high) / 2
    if (sets.reduce((total, set) => total + countUpTo(set, middle), 0) >= needed) high = middle
    else low = middle
  }
  return high
}

/** How many values of a sorted set are no greater. */
function countUpTo(sorted: Float64Array, limit: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) <= limit) low = middle + 1
    else high = middle
  }
  return low
}

/** From 0 up to 1, the same each time, so that a result can be had again (a linear congruential generator). */
function sequence(): () => number {
  let state = 1
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
