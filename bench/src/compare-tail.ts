import { parseArgs } from 'node:util'
import { keepAwake } from './compare/keep-awake.ts'
import { exitUnlessAlone } from './compare/loopback-only.ts'
import { measureTail, type TailPlan, tailOf } from './compare/measure-tail.ts'
import { pinnedTo } from './compare/process-under-test.ts'
import { ratioInterval } from './compare/ratio-interval.ts'
import { thisMachine, writeResult } from './compare/results.ts'
import { TAIL_VARIANTS } from './compare/variants.ts'

// Run by tail.ts, which makes the network namespace that this asks for.

const PLAN: TailPlan = {
  warmUp: { requests: 25_000, leastMillis: 4000, mostMillis: 16_000 },
  settleMillis: 5000,
  paceMillis: 8000,
}
const { values } = parseArgs({
  options: { sets: { type: 'string', default: '24' }, pin: { type: 'string' } },
})
const sets = Number(values.sets)
if (!Number.isInteger(sets) || sets < 0) {
  console.error(`--sets is ${values.sets}: give a whole number, such as 24.`)
  process.exit(1)
}
exitUnlessAlone()

const pin = pinnedTo(values.pin)
await using awake = keepAwake()
const isAwake = awake.pids.length > 0
if (!isAwake)
  console.log('Without chrt and taskset the processors sleep, and what that takes is in the figures.')
const date = new Date().toISOString()
const groups = TAIL_VARIANTS.map(({ title, variants }) => {
  return { title, variants, latencies: variants.map((): (readonly number[])[] => []) }
})
for (let set = 1; set <= sets; set++) {
  for (const { title, variants, latencies } of groups) {
    const turn = [...variants.entries()]
    // Whoever always came next would have the better or worse minutes where those follow one another.
    for (const [index, variant] of set % 2 === 0 ? turn.reverse() : turn) {
      const measured = await measureTail(variant, PLAN, pin)
      latencies[index]?.push(measured)
      const tail = tailOf(measured)
      console.log(
        `set ${set} of ${sets}, ${title}, ${variant.name}: p50 ${tail.p50Millis.toFixed(2)}, p99 ${tail.p99Millis.toFixed(2)} ms`,
      )
    }
  }
  // As soon as there is one of each: what comes after may be cut short.
  writeResult('tail', {
    date,
    machine: thisMachine(),
    plan: PLAN,
    isAwake,
    groups: groups.map(({ title, variants, latencies }) => ({
      title,
      rows: variants.map((variant, index) => {
        const measured = latencies[index] ?? []
        const p99Interval = ratioInterval(measured, latencies[0] ?? [], 0.99)
        return { title: variant.title, all: tailOf(measured.flat()), sets: measured.map(tailOf), p99Interval }
      }),
    })),
  })
}
