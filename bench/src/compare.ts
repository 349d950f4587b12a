import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { exitUnlessAlone } from './compare/loopback-only.ts'
import { measure, type Plan, type Round } from './compare/measure.ts'
import { pinnedTo } from './compare/process-under-test.ts'
import { profile } from './compare/profile.ts'
import { thisMachine, type VariantResult, writeResult } from './compare/results.ts'
import { FOREIGN_LOAD_LIMIT } from './compare/summarize.ts'
import { named, VARIANTS, type Variant } from './compare/variants.ts'

// Run by peers.ts, which makes the network namespace that this asks for.

const FULL: Plan = {
  starts: 3,
  warmUp: { requests: 40_000, leastMillis: 6000, mostMillis: 20_000 },
  saturateMillis: 3000,
  settleMillis: 5000,
  paceMillis: 10_000,
}
const QUICK: Plan = {
  starts: 3,
  warmUp: { requests: 10_000, leastMillis: 1500, mostMillis: 5000 },
  saturateMillis: 2000,
  settleMillis: 2000,
  paceMillis: 3000,
}
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    // Of a round that others disturbed.
    repeats: { type: 'string', default: '2' },
    only: { type: 'string' },
    pin: { type: 'string' },
    profile: { type: 'string' },
  },
})
exitUnlessAlone()

const pin = pinnedTo(values.pin)
if (values.profile !== undefined) await profile(named(values.profile), pin)
else await compare()

async function compare(): Promise<void> {
  const plan = values.quick ? QUICK : FULL
  const rounds = Number(values.rounds ?? (values.quick ? 2 : 5))
  const variants = values.only === undefined ? VARIANTS : values.only.split(',').map(named)
  const measured = new Map<Variant, Round[]>(variants.map((variant) => [variant, []]))
  const date = new Date().toISOString()
  for (let round = 0; round < rounds; round++) {
    for (const [variant, results] of measured) {
      const result = await undisturbed(variant, plan)
      results.push(result)
      const { cpuMicros, spansPerRequest, foreignLoad, firstLineMillis } = result
      console.log(
        `round ${round + 1} of ${rounds}, ${variant.name}: ${cpuMicros.toFixed(1)} µs, ${spansPerRequest} spans, ` +
          `first line after ${firstLineMillis.toFixed(0)} ms, others took ${foreignLoad.toFixed(2)} processors`,
      )
    }
    // As soon as there is one of each: what comes after may be cut short.
    writeResult('peers', {
      date,
      machine: thisMachine(),
      pinned: pin.length > 0,
      plan,
      latencyFrom: 'sent',
      variants: [...measured].map(([variant, results]) => toResult(variant, results)),
    })
  }
}

async function undisturbed(variant: Variant, plan: Plan): Promise<Round> {
  let best = await measure(variant, plan, pin)
  for (let left = Number(values.repeats); left > 0 && best.foreignLoad > FOREIGN_LOAD_LIMIT; left--) {
    const again = await measure(variant, plan, pin)
    if (again.foreignLoad < best.foreignLoad) best = again
  }
  return best
}

function toResult({ name, title, base, package: product }: Variant, rounds: readonly Round[]): VariantResult {
  return { name, title, version: product && versionOf(name, product), base, rounds }
}

/** The variants' folders under peers/ have their versions pinned. */
function versionOf(name: string, product: string): string {
  const bench = join(import.meta.dirname, '..')
  const folders = [
    '',
    ...['opentelemetry', name.replace(/-http$/, '')].map((folder) => join('peers', folder)),
  ]
  for (const folder of folders) {
    try {
      const path = join(bench, folder, 'node_modules', product, 'package.json')
      return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
    } catch {
      // In another.
    }
  }
  throw new Error(`${product} is not installed in bench/peers.`)
}
