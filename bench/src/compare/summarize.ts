import type { Round } from './measure.ts'
import { median } from './median.ts'
import type { PeersResult, VariantResult } from './results.ts'

/** One row of the comparison: medians over the rounds, and medians of what each round says relative to the base in that round. */
export interface Row {
  readonly name: string
  readonly title: string
  readonly version: string | undefined
  readonly spansPerRequest: number
  readonly delivered: number
  readonly cpuMicros: number
  readonly addedMicros: number
  readonly cpuRatio: number
  readonly throughputRatio: number
  readonly firstLineMillis: number
  readonly addedFirstLineMillis: number
  readonly startMegabytes: number
  readonly addedStartMegabytes: number
  readonly loadRatio: number
  readonly p99Millis: number
  readonly p99Ratio: number
  readonly longestHoldMillis: number
  /** Rounds during which others took more of the machine than {@link FOREIGN_LOAD_LIMIT}. */
  readonly disturbed: number
  readonly rounds: number
}

/** In processors. */
export const FOREIGN_LOAD_LIMIT = 0.15

export function summarize({ variants }: PeersResult): Row[] {
  const byName = new Map(variants.map((variant) => [variant.name, variant]))
  return variants.flatMap((variant) => {
    const base = byName.get(variant.base)
    return base === undefined || variant.rounds.length === 0 ? [] : [toRow(variant, base)]
  })
}

function toRow({ name, title, version, rounds }: VariantResult, base: VariantResult): Row {
  const middle = (figure: (round: Round, base: Round) => number): number => {
    const values = rounds.flatMap((round, index) => {
      const beside = base.rounds[index]
      return beside === undefined ? [] : [figure(round, beside)]
    })
    return median(values) ?? Number.NaN
  }
  return {
    name,
    title,
    version,
    spansPerRequest: middle((round) => round.spansPerRequest),
    delivered: middle((round) => round.delivered),
    cpuMicros: middle((round) => round.cpuMicros),
    addedMicros: middle((round, none) => round.cpuMicros - none.cpuMicros),
    cpuRatio: middle((round, none) => round.cpuMicros / none.cpuMicros),
    throughputRatio: middle((round, none) => round.requestsPerSecond / none.requestsPerSecond),
    firstLineMillis: middle((round) => round.firstLineMillis),
    addedFirstLineMillis: middle((round, none) => round.firstLineMillis - none.firstLineMillis),
    startMegabytes: middle((round) => round.startMegabytes),
    addedStartMegabytes: middle((round, none) => round.startMegabytes - none.startMegabytes),
    loadRatio: middle((round, none) => round.loadMegabytes / none.loadMegabytes),
    p99Millis: middle((round) => round.p99Millis),
    p99Ratio: middle((round, none) => round.p99Millis / none.p99Millis),
    longestHoldMillis: middle((round) => round.longestHoldMillis),
    disturbed: rounds.filter((round) => round.foreignLoad > FOREIGN_LOAD_LIMIT).length,
    rounds: rounds.length,
  }
}
