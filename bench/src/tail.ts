import { build, readArguments, runAlone, writeResults } from './compare/alone.ts'

// pnpm --filter @linked-traces/bench run tail [--sets <n>]
// The slowest requests at a fixed rate, beside no tracing, and how much of that may be chance.
// Builds the package, and needs what the comparison needs (peers.ts), but none of the products.

const values = readArguments({ sets: { type: 'string', default: '24' } }, 'tail [--sets <n>]')
build()
runAlone('compare-tail.ts', ['--sets', values.sets])
writeResults()
