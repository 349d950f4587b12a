import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import type { Plan, Round } from './measure.ts'
import type { Tail, TailPlan } from './measure-tail.ts'

/** The machine a run was made on. */
export interface Machine {
  readonly processor: string
  readonly processors: number
  readonly memoryGigabytes: number
  readonly kernel: string
  readonly node: string
}

/** A run of the comparison, as it is kept beside RESULTS.md. */
export interface PeersResult {
  /** ISO 8601, UTC. */
  readonly date: string
  readonly machine: Machine
  /** Whether the application had a processor for itself. */
  readonly pinned: boolean
  readonly plan: Plan
  /** What latencies at the fixed rate count from, as `pace` has it; before it was told, from when requests were due. */
  readonly latencyFrom?: 'sent'
  readonly variants: readonly VariantResult[]
}

export interface VariantResult {
  readonly name: string
  readonly title: string
  readonly version?: string | undefined
  readonly base: string
  /** One for each round; every round has all variants, in turn. */
  readonly rounds: readonly Round[]
}

/** The slowest requests at a fixed rate. */
export interface TailResult {
  readonly date: string
  readonly machine: Machine
  readonly plan: TailPlan
  /** Whether no processor slept: see `keepAwake`. */
  readonly isAwake: boolean
  readonly groups: readonly TailGroup[]
}

export interface TailGroup {
  readonly title: string
  /** The first is what the others are compared with. */
  readonly rows: readonly {
    readonly title: string
    /** Of the requests of all sets. */
    readonly all: Tail
    /** One for each set, which has all rows in turn. */
    readonly sets: readonly Tail[]
    /** Of the p99 of all, × that of the first row: see `ratioInterval`. */
    readonly p99Interval: readonly [low: number, high: number]
  }[]
}

/** A table of the micro-benchmarks: what one operation costs. */
export interface MicroResult {
  readonly date: string
  readonly machine: Machine
  readonly operations: readonly { readonly name: string; readonly micros: number }[]
  readonly series: readonly MicroSeries[]
}

export interface MicroSeries {
  readonly name: string
  /** What grows. */
  readonly unit: string
  /** What is to be seen: each more costs the same, or more cost no more. */
  readonly growth: 'linear' | 'constant'
  readonly points: readonly { readonly size: number; readonly micros: number }[]
}

const RESULTS = join(import.meta.dirname, '..', '..', 'results')

export function thisMachine(): Machine {
  const all = cpus()
  return {
    processor: all[0]?.model ?? 'unknown',
    processors: all.length,
    memoryGigabytes: Math.round(totalmem() / 1e9),
    kernel: `${process.platform} ${release().split('-')[0]}`,
    node: process.version,
  }
}

interface Results {
  readonly peers: PeersResult
  readonly tail: TailResult
  readonly micro: MicroResult
}

export function writeResult<Name extends keyof Results>(name: Name, result: Results[Name]): void {
  const path = join(RESULTS, `${name}.json`)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(result, null, 1)}\n`)
}

/** A run that is kept, if there is one. */
export function readResult<Name extends keyof Results>(name: Name): Results[Name] | undefined {
  try {
    return JSON.parse(readFileSync(join(RESULTS, `${name}.json`), 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
