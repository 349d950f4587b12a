/** Factors of powers of ten that read well. */
const steps = [1, 2, 5]

/** Round times in [from, to], in nanoseconds, about `wanted` of them and never more than twice as many. */
export function timeTicks(from: number, to: number, wanted: number): number[] {
  const step = niceStep((to - from) / Math.max(1, wanted))
  if (!(step > 0)) return [from]
  const ticks: number[] = []
  for (let index = Math.ceil(from / step); index * step <= to; index++) ticks.push(index * step)
  return ticks
}

function niceStep(nanos: number): number {
  if (!(nanos > 0)) return 0
  if (nanos >= 30e9) {
    for (const seconds of [60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400])
      if (seconds * 1e9 >= nanos) return seconds * 1e9
    return Math.ceil(nanos / 86_400e9) * 86_400e9
  }
  const magnitude = 10 ** Math.floor(Math.log10(nanos))
  const step = steps.find((factor) => factor * magnitude >= nanos)
  return step === undefined ? 10 * magnitude : step * magnitude
}
